/**
 * The other end of every measurement: a process that serves frames and files from memory, encoded before the first request, so that
 * its own cost hides nothing of a client's. It answers as daemon 0.2.10 does, which takes uploads as multipart only.
 *
 * What to send is in the request: the last arguments of a command are the kind of text and its bytes, a file's name is its bytes.
 */

import { create, fromBinary } from "@bufbuild/protobuf";
import { Buffer } from "node:buffer";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import process from "node:process";
import { EntryInfoSchema, FileType, StatRequestSchema, StatResponseSchema } from "../gen/filesystem/filesystem_pb.ts";
import { StartRequestSchema } from "../gen/process/process_pb.ts";
import { BLOCK_BYTES, encode, endOfStream, eventFrame, outputFrames } from "./wire.ts";

const PID = 4242;
const startFrame = eventFrame({ event: { case: "start", value: { pid: PID } } });
const endFrame = eventFrame({ event: { case: "end", value: { exited: true, status: "exit status 0" } } });
const output = { ascii: outputFrames("ascii"), unicode: outputFrames("unicode") };
const noise = new Uint8Array(BLOCK_BYTES);
for (let at = 0; at < BLOCK_BYTES; at += 65_536) crypto.getRandomValues(noise.subarray(at, at + 65_536));

/** Bytes as a whole number of blocks. */
function blocksOf(bytes: string | undefined): number {
  const blocks = Number(bytes) / BLOCK_BYTES;
  if (!Number.isInteger(blocks)) {
    throw new RangeError(`Cannot serve "${bytes}" bytes: not a multiple of ${BLOCK_BYTES}`);
  }
  return blocks;
}

async function body(request: IncomingMessage): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return new Uint8Array(Buffer.concat(chunks));
}

/** Waits for a client that reads slower than this writes, so that nothing piles up here; false when it has gone. */
async function writable(response: ServerResponse): Promise<boolean> {
  if (response.writableNeedDrain) {
    const gone = new AbortController();
    const leave = () => gone.abort();
    response.once("close", leave);
    await once(response, "drain", { signal: gone.signal }).catch(() => {});
    response.off("close", leave);
  }
  return !response.destroyed;
}

async function start(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const message = (await body(request)).subarray(5);
  const [kind, bytes] = fromBinary(StartRequestSchema, message).process?.args.slice(-2) ?? [];
  const blocks = blocksOf(bytes);
  const frames = output[kind === "unicode" ? kind : "ascii"];
  response.writeHead(200, { "content-type": "application/connect+proto", "connect-accept-encoding": "gzip" });
  response.write(startFrame);
  for (let block = 0; block < blocks && await writable(response); block++) {
    response.cork(); // one system call a block, yet one HTTP chunk a frame, as the daemon flushes them
    for (const frame of frames) response.write(frame);
    response.uncork();
  }
  response.write(endFrame);
  response.end(endOfStream);
}

async function download(name: string, response: ServerResponse): Promise<void> {
  const blocks = blocksOf(name);
  response.writeHead(200, {
    "accept-ranges": "bytes",
    "content-length": blocks * BLOCK_BYTES,
    "content-type": "application/octet-stream",
    "last-modified": "Thu, 01 Jan 2026 00:00:00 GMT",
    "vary": "Origin",
  });
  for (let block = 0; block < blocks && await writable(response); block++) response.write(noise);
  response.end();
}

async function upload(path: string, name: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const multipart = request.headers["content-type"]?.startsWith("multipart/form-data") ?? false;
  let received = 0;
  for await (const chunk of request) received += chunk.length;
  if (!multipart) {
    const text = "error parsing multipart form: request Content-Type isn't multipart/form-data";
    return fail(response, 500, text);
  }
  // A client that lost or doubled bytes must not look fast: only the parts' framing may come on top of the content.
  const framing = received - blocksOf(name) * BLOCK_BYTES;
  if (framing < 0 || framing > 4096) return fail(response, 500, `error reading file: ${received} bytes for ${name}`);
  response.writeHead(200, { "content-type": "text/plain; charset=utf-8" });
  response.end(JSON.stringify([{ name, path, type: "file" }]));
}

async function stat(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { path } = fromBinary(StatRequestSchema, await body(request));
  const name = path.split("/").at(-1) ?? "";
  const entry = create(EntryInfoSchema, { name, path, owner: "root", group: "root" });
  const isFile = /^\d+$/.test(name); // every file here is called by its size
  Object.assign(
    entry,
    isFile
      ? { type: FileType.FILE, mode: 0o644, permissions: "-rw-r--r--", size: BigInt(name) }
      : { type: FileType.DIRECTORY, mode: 0o755, permissions: "drwxr-xr-x", size: 4096n },
  );
  unary(response, encode(StatResponseSchema, { entry }));
}

function unary(response: ServerResponse, message: Uint8Array): void {
  response.writeHead(200, { "content-type": "application/proto", "content-length": message.length }).end(message);
}

function fail(response: ServerResponse, code: number, message: string): void {
  response.writeHead(code, { "content-type": "application/json; charset=utf-8" }).end(
    JSON.stringify({ code, message }),
  );
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://localhost");
  const path = url.searchParams.get("path") ?? "";
  const name = path.split("/").at(-1) ?? "";
  const route = `${request.method} ${url.pathname}`;
  if (route === "POST /process.Process/Start") return await start(request, response);
  if (route === "GET /files") return await download(name, response);
  if (route === "POST /files") return await upload(path, name, request, response);
  if (route === "POST /filesystem.Filesystem/Stat") return await stat(request, response);
  request.resume();
  await once(request, "end");
  // No process lives longer than its stream: nothing is listed, and a signal finds nothing to do.
  if (["List", "SendSignal", "SendInput"].some((method) => route === `POST /process.Process/${method}`)) {
    return unary(response, new Uint8Array());
  }
  if (route === "GET /health") return void response.writeHead(204).end();
  response.writeHead(404, { "content-type": "text/plain; charset=utf-8" }).end("404 page not found\n"); // CloseStdin, too
}

const server = createServer((request, response) => {
  answer(request, response).catch((error) => {
    console.error(error);
    if (response.headersSent) response.destroy();
    else fail(response, 500, String(error));
  });
});
server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
// Whoever started this holds its input open: when they are gone, so is this.
process.stdin.resume().once("end", () => process.exit());
