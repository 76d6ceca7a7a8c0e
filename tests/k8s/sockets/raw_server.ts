/** A WebSocket server that says what a test wants byte by byte, and tells what the client said. */

import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { BoundedQueue } from "../../../src/streams/bounded_queue.ts";

/** A frame of the client, unmasked. */
export interface RawFrame {
  /** 1: text, 2: binary, 8: close, 9: ping, 10: pong. */
  readonly opcode: number;
  readonly data: Uint8Array;
}

/** A client that wants a socket. */
export interface RawCall {
  readonly path: string;
  /** Names in lower case and values, line by line. */
  readonly lines: readonly (readonly [name: string, value: string])[];
  /** The sub-protocols that are offered. */
  readonly protocols: readonly string[];
  /** Opens the socket. */
  accept(protocol?: string): RawPeer;
  /** Answers with something else; headers are lines without their ends. */
  refuse(status: number, body: string, ...headers: string[]): void;
}

/** The other end of a socket. */
export class RawPeer {
  readonly #socket: Duplex;
  readonly #frames = new BoundedQueue<RawFrame>(Infinity);
  #rest: Uint8Array = new Uint8Array(0);
  /** Resolves when the client's side of the connection is gone. */
  readonly gone: Promise<void>;

  constructor(socket: Duplex) {
    this.#socket = socket;
    this.gone = new Promise((resolve) => socket.once("close", () => resolve()));
    socket.on("data", (chunk: Uint8Array) => this.#parse(chunk));
    socket.on("error", () => {});
    socket.on("close", () => this.#frames.close());
    socket.on("end", () => {
      this.#frames.close();
      socket.end();
    });
  }

  /** The next frame of the client, or undefined at the end. */
  async next(): Promise<RawFrame | undefined> {
    return await this.#frames.next();
  }

  /** The next message of the client as channel and text. */
  async message(): Promise<readonly [channel: number, text: string]> {
    const { data } = (await this.next())!;
    return [data[0]!, new TextDecoder().decode(data.subarray(1))];
  }

  /** Sends a message on a channel. Resolves when the kernel has it. */
  async send(channel: number, data: string | Uint8Array): Promise<void> {
    const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
    await this.write(frameOf(2, Uint8Array.of(channel, ...bytes)));
  }

  /** Writes bytes as they are. */
  async write(bytes: Uint8Array): Promise<void> {
    await new Promise<void>((resolve) => this.#socket.write(bytes, () => resolve()));
  }

  /** Reads nothing more, for now. */
  pause(): void {
    this.#socket.pause();
  }

  /** Reads on. */
  resume(): void {
    this.#socket.resume();
  }

  /** Ends it with a close frame. */
  async close(code: number = 1000, reason: string = ""): Promise<void> {
    await this.write(frameOf(8, Uint8Array.of(code >> 8, code & 255, ...new TextEncoder().encode(reason))));
    this.#socket.end();
  }

  /** Ends it without one. */
  cut(): void {
    this.#socket.end();
  }

  #parse(chunk: Uint8Array): void {
    const all = new Uint8Array(this.#rest.byteLength + chunk.byteLength);
    all.set(this.#rest);
    all.set(chunk, this.#rest.byteLength);
    let at = 0;
    while (all.byteLength - at >= 6) {
      const view = new DataView(all.buffer, at);
      const short = view.getUint8(1) & 127;
      const header = short === 126 ? 4 : short === 127 ? 10 : 2;
      if (all.byteLength - at < header + 4) break;
      const length = short === 126 ? view.getUint16(2) : short === 127 ? Number(view.getBigUint64(2)) : short;
      if (all.byteLength - at < header + 4 + length) break;
      const mask = all.subarray(at + header, at + header + 4);
      const data = all.slice(at + header + 4, at + header + 4 + length).map((byte, i) => byte ^ mask[i % 4]!);
      const opcode = view.getUint8(0) & 15;
      this.#frames.push({ opcode, data }, length);
      at += header + 4 + length;
    }
    this.#rest = all.slice(at);
  }
}

/** A frame of the server. */
export function frameOf(opcode: number, data: Uint8Array): Uint8Array {
  const { byteLength: length } = data;
  const header = length < 126
    ? [length]
    : length < 65_536
    ? [126, length >> 8, length & 255]
    : [127, 0, 0, 0, 0, ...[24, 16, 8, 0].map((shift) => (length >> shift) & 255)];
  const frame = new Uint8Array(1 + header.length + length);
  frame.set([128 | opcode, ...header]);
  frame.set(data, 1 + header.length);
  return frame;
}

/** A server that runs. */
export interface RawServer extends AsyncDisposable {
  readonly url: string;
  /** Requests that want no socket, in order. */
  readonly requests: readonly string[];
}

/** A certificate and its key, in PEM, for a server that speaks TLS. */
export interface RawTls {
  readonly cert: string;
  readonly key: string;
}

/** Starts one. What wants no socket is answered by `ordinary`, and with 404 where there is none. */
export async function startRawServer(
  onCall: (call: RawCall) => void | Promise<void>,
  ordinary?: (path: string) => { status: number; body: unknown },
  tls?: RawTls,
): Promise<RawServer> {
  const requests: string[] = [];
  const open = new Set<Socket>();
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    requests.push(request.url!);
    const { status, body } = ordinary?.(request.url!) ?? { status: 404, body: { kind: "Status", status: "Failure" } };
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  };
  const server = tls === undefined ? createServer(answer) : createSecureServer({ ...tls }, answer);
  const work: Promise<void>[] = [];
  server.on("connection", (socket: Socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket));
  });
  server.on("upgrade", (request: IncomingMessage, socket: Duplex) => void work.push(handle(request, socket, onCall)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `${tls === undefined ? "http" : "https"}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of open) socket.destroy();
      await closed;
      await Promise.all(work);
    },
  };
}

async function handle(
  { url, rawHeaders, headers }: IncomingMessage,
  socket: Duplex,
  onCall: (call: RawCall) => void | Promise<void>,
): Promise<void> {
  socket.on("error", () => {});
  const key = `${headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
  await onCall({
    path: url!,
    lines: rawHeaders.flatMap((name, i, all) => i % 2 ? [] : [[name.toLowerCase(), all[i + 1]!] as const]),
    protocols: (headers["sec-websocket-protocol"] ?? "").split(/, ?/),
    accept(protocol = "v5.channel.k8s.io") {
      socket.write(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
          `Sec-WebSocket-Accept: ${createHash("sha1").update(key).digest("base64")}\r\n` +
          (protocol === "" ? "" : `Sec-WebSocket-Protocol: ${protocol}\r\n`) + "\r\n",
      );
      return new RawPeer(socket);
    },
    refuse(status, body, ...lines) {
      const all = [`HTTP/1.1 ${status} No`, `Content-Length: ${new TextEncoder().encode(body).length}`, ...lines];
      socket.end(`${all.join("\r\n")}\r\nConnection: close\r\n\r\n${body}`);
    },
  });
}
