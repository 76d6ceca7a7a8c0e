import { extname } from "node:path/posix";
import { sniffContentType } from "./sniff.ts";

/** What the daemon knows by name where the image has no table of media types. */
const BY_EXTENSION: Readonly<Record<string, string>> = {
  ".avif": "image/avif",
  ".css": "text/css; charset=utf-8",
  ".gif": "image/gif",
  ".htm": "text/html; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".jpeg": "image/jpeg",
  ".jpg": "image/jpeg",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".mjs": "text/javascript; charset=utf-8",
  ".pdf": "application/pdf",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".webp": "image/webp",
  ".xml": "text/xml; charset=utf-8",
};

/** How many bytes of a file its type can depend on. */
export const SNIFF_LENGTH = 512;

/**
 * The media type of a file: by the extension of its name, else by its first
 * {@linkcode SNIFF_LENGTH} bytes, which are asked for only then.
 */
export async function contentType(
  name: string,
  head: () => Promise<Uint8Array>,
): Promise<string> {
  // A name that is all extension (`.json`) counts here, unlike in `extname`.
  const extension = extname(`_${name}`).toLowerCase();
  return BY_EXTENSION[extension] ?? sniffContentType(await head());
}
