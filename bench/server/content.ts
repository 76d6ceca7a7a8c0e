/** The content of files: sent from one block of memory again and again, received and counted. */

import type { IncomingMessage, ServerResponse } from "node:http";
import { constants, crc32, deflateRawSync } from "node:zlib";
import { fail, say, takesGzip, writable } from "./http.ts";
import { logText } from "./wire.ts";

const BLOCK_BYTES = 2 ** 20;

const noise = new Uint8Array(BLOCK_BYTES);
for (let at = 0; at < BLOCK_BYTES; at += 65_536) crypto.getRandomValues(noise.subarray(at, at + 65_536));
const blocks: Readonly<Record<string, Uint8Array>> = { noise, text: logText };

/** A block as the middle of a gzip member: whatever stands before it, it means the same. */
const deflated = new Map<string, Uint8Array>();
function deflatedBlock(kind: string, block: Uint8Array): Uint8Array {
  const known = deflated.get(kind) ?? deflateRawSync(block, { finishFlush: constants.Z_FULL_FLUSH });
  deflated.set(kind, known);
  return known;
}

const GZIP_HEAD = new Uint8Array([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);

/** An empty last block, the checksum and the size. */
function gzipTail(block: Uint8Array, count: number): Uint8Array {
  let sum = 0;
  for (let i = 0; i < count; i++) sum = crc32(block, sum);
  const tail = new Uint8Array(10);
  tail[0] = 3;
  const view = new DataView(tail.buffer);
  view.setUint32(2, sum, true);
  view.setUint32(6, block.length * count, true);
  return tail;
}

/** Answers `GET /files`: the last parts of the path are what the file is full of, and its bytes. */
export async function download(
  version: string,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [kind = "", size] = path.split("/").slice(-2);
  const [block, count] = [blocks[kind], Number(size) / BLOCK_BYTES];
  if (block === undefined || !Number.isInteger(count)) return fail(response, 404, `path '${path}' does not exist`);
  const isNew = version !== "0.2.10";
  const type = { "content-type": "application/octet-stream" };
  if (isNew && takesGzip(request)) {
    response.writeHead(200, { ...type, "content-encoding": "gzip", "vary": "Accept-Encoding" });
    response.write(GZIP_HEAD);
    const piece = deflatedBlock(kind, block);
    for (let i = 0; i < count && await writable(response); i++) response.write(piece);
    return void response.end(gzipTail(block, count));
  }
  response.writeHead(200, {
    ...type,
    "accept-ranges": "bytes",
    "content-length": size,
    "last-modified": "Thu, 01 Jan 2026 00:00:00 GMT",
    "vary": isNew ? "Accept-Encoding" : "Origin",
    ...(isNew && { "content-disposition": `inline; filename=${size}` }),
  });
  for (let i = 0; i < count && await writable(response); i++) response.write(block);
  response.end();
}

/** Answers `POST /files`: a client that lost or doubled bytes must not look fast. */
export async function upload(
  version: string,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [type = ""] = (request.headers["content-type"] ?? "").split(";");
  let received = 0;
  for await (const chunk of request) received += chunk.length;
  const name = path.split("/").at(-1) ?? "";
  // Only the framing of a form may come on top of the content.
  const extra = received - Number(name);
  if (type === "multipart/form-data") {
    if (!(extra > 0 && extra < 4096)) return fail(response, 500, `error reading file: ${received} bytes for ${name}`);
  } else if (version === "0.2.10") {
    return fail(response, 500, "error parsing multipart form: request Content-Type isn't multipart/form-data");
  } else if (type !== "application/octet-stream") {
    const expected = "expected multipart/form-data or application/octet-stream";
    return fail(response, 400, `unsupported content type: ${type}, ${expected}`);
  } else if (path === "") {
    return fail(response, 400, "path query parameter is required for raw body upload");
  } else if (extra !== 0) {
    return fail(response, 500, `error writing file: ${received} bytes for ${name}`);
  }
  say(response, 200, "text/plain; charset=utf-8", JSON.stringify([{ name, path, type: "file" }]));
}
