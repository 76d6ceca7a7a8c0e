/** Unary calls, answered from memory. A daemon compresses what it says to those who take gzip. */

import { create, type DescMessage, fromBinary, fromJsonString, type MessageShape } from "@bufbuild/protobuf";
import { gzipSync } from "node:zlib";
import type { IncomingMessage, ServerResponse } from "node:http";
import {
  type EntryInfo,
  EntryInfoSchema,
  FileType,
  ListDirRequestSchema,
  ListDirResponseSchema,
  StatRequestSchema,
  StatResponseSchema,
} from "../../gen/filesystem/filesystem_pb.ts";
import { bodyOf, codecOf, takesGzip } from "./http.ts";
import { type Bytes, encode } from "./wire.ts";

/** An entry: what has a number for a name is a file of that size. */
function entryAt(path: string): EntryInfo {
  const name = path.split("/").at(-1) ?? "";
  const isFile = /^\d+$/.test(name);
  return create(EntryInfoSchema, {
    name,
    path,
    owner: "root",
    group: "root",
    modifiedTime: { seconds: 1767225600n, nanos: 123456789 },
    ...(isFile
      ? { type: FileType.FILE, mode: 0o644, permissions: "-rw-r--r--", size: BigInt(name) }
      : { type: FileType.DIRECTORY, mode: 0o755, permissions: "drwxr-xr-x", size: 4096n }),
  });
}

/** A directory has as many entries as its name says. */
function entriesOf(path: string): EntryInfo[] {
  const count = Number(path.split("/").at(-1));
  return Array.from({ length: count }, (_, number) => entryAt(`${path}/${number + 1000}`));
}

async function asked<Desc extends DescMessage>(request: IncomingMessage, schema: Desc): Promise<MessageShape<Desc>> {
  const body = await bodyOf(request);
  if (codecOf(request) === "proto") return fromBinary(schema, body);
  return fromJsonString(schema, new TextDecoder().decode(body), { ignoreUnknownFields: true });
}

/** What was said before is not encoded again. */
const known = new Map<string, Bytes>();

function answer(request: IncomingMessage, response: ServerResponse, key: string, make: () => Bytes): void {
  const codec = codecOf(request);
  const compressed = takesGzip(request);
  const cacheKey = `${codec} ${compressed} ${key}`;
  let bytes = known.get(cacheKey);
  if (bytes === undefined) {
    bytes = compressed ? new Uint8Array(gzipSync(make())) : make();
    known.set(cacheKey, bytes);
  }
  response.writeHead(200, {
    "content-type": `application/${codec}`,
    "content-length": bytes.length,
    "vary": "Origin",
    ...(compressed ? { "content-encoding": "gzip" } : { "accept-encoding": "gzip" }),
  });
  response.end(bytes);
}

/** Answers `Stat`. */
export async function stat(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { path } = await asked(request, StatRequestSchema);
  const make = () => encode(codecOf(request), StatResponseSchema, { entry: entryAt(path) });
  answer(request, response, `stat ${path}`, make);
}

/** Answers `ListDir`. */
export async function listDir(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { path } = await asked(request, ListDirRequestSchema);
  const make = () => encode(codecOf(request), ListDirResponseSchema, { entries: entriesOf(path) });
  answer(request, response, `list ${path}`, make);
}

/** Answers a call that has nothing to say. */
export async function nothing(request: IncomingMessage, response: ServerResponse): Promise<void> {
  await bodyOf(request);
  const codec = codecOf(request);
  answer(request, response, "nothing", () => new TextEncoder().encode(codec === "json" ? "{}" : ""));
}
