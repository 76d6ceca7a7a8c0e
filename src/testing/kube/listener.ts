import { Buffer } from "node:buffer";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { gzipSync } from "node:zlib";
import type { Api } from "./api.ts";
import { cut } from "./faults.ts";
import { readHead } from "./read_head.ts";
import { serveUpgrade } from "./pods/serve_upgrade.ts";
import { type Incoming, MAX_BODY, type Outgoing } from "./wire.ts";

const HOST = "127.0.0.1";

/** From which size on the API server compresses an answer, in bytes. */
const GZIP_FROM = 128 * 1024;

/** Where an API listens. */
export interface OpenListener {
  readonly url: string;
  close(): Promise<void>;
}

/** How it listens. */
export interface ListenerOptions {
  readonly port: number;
  /** Whether a request without a token is the first user's. */
  readonly open: boolean;
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
}

/** Lets an API listen on this machine. */
export async function listen(api: Api, { port, tls, open }: ListenerOptions): Promise<OpenListener> {
  const handle = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    serve(api, incoming, outgoing, open).catch(() => outgoing.destroy());
  };
  const server: Server = tls === undefined ? createServer(handle) : createTlsServer({ ...tls }, handle);
  server.on("upgrade", (incoming, socket, head) => {
    serveUpgrade(api, incoming, socket, head, open).catch(() => socket.destroy());
  });
  server.timeout = 0;
  server.requestTimeout = 0;
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  };
  server.on("connection", keep);
  server.on("secureConnection", keep);
  server.listen(port, HOST);
  await once(server, "listening");
  return {
    url: `${tls === undefined ? "http" : "https"}://${HOST}:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

async function serve(api: Api, incoming: IncomingMessage, outgoing: ServerResponse, open: boolean): Promise<void> {
  const gone = new AbortController();
  outgoing.once("close", () => gone.abort(new Error("The client is gone")));
  const request = await read(incoming, open, gone.signal);
  const answer = await api.answer(request);
  if (answer.cutAfterBytes === 0) return void outgoing.destroy();
  await write(answer, outgoing, request);
}

async function read(incoming: IncomingMessage, open: boolean, signal: AbortSignal): Promise<Incoming> {
  const head = readHead(incoming, open, signal);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    // What is beyond is read and dropped, so that the client hears the answer.
    if (size <= MAX_BODY) chunks.push(chunk as Buffer);
    size += (chunk as Buffer).byteLength;
  }
  return { ...head, body: Buffer.concat(chunks) };
}

async function write(answer: Outgoing, outgoing: ServerResponse, { headers, url }: Incoming): Promise<void> {
  const takesGzip = /\bgzip\b/.test(headers.get("accept-encoding") ?? "");
  const streams = answer.body instanceof ReadableStream;
  // Watches that begin with a list are the only ones that the server compresses.
  const zips = takesGzip &&
    (answer.body instanceof ReadableStream
      ? url.searchParams.has("sendInitialEvents")
      : answer.body.byteLength >= GZIP_FROM);
  const lines = new Map<string, string[]>();
  for (const [name, value] of answer.headers) lines.set(name, [...lines.get(name) ?? [], value]);
  for (const [name, values] of lines) outgoing.setHeader(name, values.length === 1 ? values[0] ?? "" : values);
  if (zips) {
    outgoing.setHeader("content-encoding", "gzip");
    outgoing.setHeader("vary", "Accept-Encoding");
  }
  outgoing.writeHead(answer.status);
  if (streams) outgoing.flushHeaders();
  // Each chunk is a gzip member of its own, as the server flushes.
  const packed = (chunk: Uint8Array) => zips ? gzipSync(chunk) : chunk;
  const { cutAfterBytes } = answer;
  if (!(answer.body instanceof ReadableStream) && cutAfterBytes === undefined) {
    return void outgoing.end(packed(answer.body));
  }
  const stream = answer.body instanceof ReadableStream ? answer.body : new Blob([answer.body]).stream();
  const reader = (cutAfterBytes === undefined ? stream : cut(stream, cutAfterBytes)).getReader();
  outgoing.once("close", () => void reader.cancel().catch(() => {}));
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return void outgoing.end();
    // Until the system has it: it would be lost where the connection is then cut.
    await new Promise<void>((resolve) => outgoing.write(packed(value), () => resolve()));
  }
}
