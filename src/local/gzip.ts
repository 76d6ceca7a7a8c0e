import { Code, ConnectError } from "@connectrpc/connect";
import type { Compression } from "@connectrpc/connect/protocol";
import { promisify } from "node:util";
import * as zlib from "node:zlib";

const compress: (bytes: Uint8Array) => Promise<Uint8Array> = promisify(
  zlib.gzip,
);
const decompress: (
  bytes: Uint8Array,
  options: zlib.ZlibOptions,
) => Promise<Uint8Array> = promisify(zlib.gunzip);

/** The one compression of the daemon. */
export const gzip: Compression = {
  name: "gzip",
  compress: async (bytes) => new Uint8Array(await compress(bytes)),
  decompress: async (bytes, readMaxBytes) => {
    if (bytes.byteLength === 0) return new Uint8Array();
    try {
      const options = { maxOutputLength: readMaxBytes };
      return new Uint8Array(await decompress(bytes, options));
    } catch (error) {
      throw ConnectError.from(error, Code.InvalidArgument);
    }
  },
};

/** Whether a list of encodings names gzip plainly; one with a q-value is not recognised. */
export function acceptsGzip(header: string | null): boolean {
  return header !== null &&
    header.split(",").some((name) => name.trim() === "gzip");
}
