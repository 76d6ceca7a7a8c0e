import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";

/** The head of an answer. */
export interface Head {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** A frame as it came. */
export type Received =
  | { readonly message: Uint8Array }
  | { readonly close: { readonly code: number; readonly reason: string } }
  | { readonly ping: string }
  | { readonly pong: string };

const OPCODES = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 };

/** A WebSocket written by hand: what it sends and what comes is seen as it is. */
export class RawSocket {
  readonly #socket: Socket;
  #bytes: Buffer = Buffer.alloc(0);
  #ended = false;
  #wake: () => void = () => {};

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (data: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, data]);
      this.#wake();
    });
    const end = () => {
      this.#ended = true;
      this.#wake();
    };
    socket.once("end", end);
    socket.once("close", end);
    socket.on("error", end);
  }

  /** Connects, and asks for something. */
  static async open(
    url: string,
    path: string,
    headers: Readonly<Record<string, string>>,
    ca?: string,
  ): Promise<{ socket: RawSocket; head: Head }> {
    const { hostname, port, host } = new URL(url);
    const to = { host: hostname, port: Number(port), allowHalfOpen: true };
    const connection = ca === undefined ? connect(to) : connectTls({ ...to, ca });
    await new Promise<void>((resolve, reject) => {
      connection.once(ca === undefined ? "connect" : "secureConnect", () => resolve());
      connection.once("error", reject);
    });
    const socket = new RawSocket(connection);
    const lines = Object.entries({ Host: host, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
    connection.write(`GET ${path} HTTP/1.1\r\n${lines.join("")}\r\n`);
    return { socket, head: await socket.#head() };
  }

  /** Connects, and asks for a WebSocket. */
  static upgrade(
    url: string,
    path: string,
    { token, protocols }: { token?: string; protocols?: string },
  ): Promise<{ socket: RawSocket; head: Head }> {
    return RawSocket.open(url, path, {
      "Upgrade": "websocket",
      "Connection": "Upgrade",
      "Sec-WebSocket-Version": "13",
      "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      ...(protocols === undefined ? {} : { "Sec-WebSocket-Protocol": protocols }),
    });
  }

  async #head(): Promise<Head> {
    await this.#until(() => this.#bytes.includes("\r\n\r\n"));
    const end = this.#bytes.indexOf("\r\n\r\n");
    const [first = "", ...lines] = this.#bytes.subarray(0, end).toString("latin1").split("\r\n");
    this.#bytes = this.#bytes.subarray(end + 4);
    const headers = lines.map((line): [string, string] => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    });
    return { status: Number(first.split(" ")[1]), headers: Object.fromEntries(headers) };
  }

  /** The rest of what comes, as text. */
  async rest(): Promise<string> {
    return (await this.restBytes()).toString();
  }

  /** The rest of what comes. */
  async restBytes(): Promise<Buffer> {
    while (!this.#ended) await this.#change();
    this.#socket.destroy();
    return this.#bytes;
  }

  /** So many bytes of text, and no more. */
  async take(length: number): Promise<string> {
    await this.#until(() => this.#bytes.length >= length);
    this.#socket.destroy();
    return this.#bytes.subarray(0, length).toString();
  }

  /** The next frame; nothing at the end of the connection. */
  async next(): Promise<Received | undefined> {
    for (;;) {
      const frame = this.#take();
      if (frame !== undefined) return frame;
      if (this.#ended) return undefined;
      await this.#change();
    }
  }

  /** How many bytes the server has not taken yet. */
  get unsent(): number {
    return this.#socket.writableLength;
  }

  /** How many bytes lie here that are no whole frame. */
  get left(): number {
    return this.#bytes.length;
  }

  send(
    opcode: keyof typeof OPCODES,
    payload: Uint8Array,
    { more = false }: { readonly more?: boolean } = {},
  ): Promise<void> {
    const mask = Buffer.from([1, 2, 3, 4]);
    const { length } = payload;
    const head = Buffer.alloc(length < 126 ? 2 : length < 65536 ? 4 : 10);
    head[0] = (more ? 0 : 0x80) | OPCODES[opcode];
    head[1] = 0x80 | (length < 126 ? length : length < 65536 ? 126 : 127);
    if (head.length === 4) head.writeUInt16BE(length, 2);
    if (head.length === 10) head.writeBigUInt64BE(BigInt(length), 2);
    const masked = Buffer.from(payload.map((byte, at) => byte ^ (mask[at & 3] ?? 0)));
    return this.raw(Buffer.concat([head, mask, masked]));
  }

  /** Sends bytes that may be no frame. */
  raw(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve) => this.#socket.write(bytes, () => resolve()));
  }

  message(channel: number, data: string | Uint8Array | readonly number[]): Promise<void> {
    return this.send("binary", Buffer.concat([Buffer.from([channel]), Buffer.from(data as Uint8Array)]));
  }

  /** Stops reading, and goes on. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #take(): Received | undefined {
    const bytes = this.#bytes;
    if (bytes.length < 2) return undefined;
    const short = (bytes[1] ?? 0) & 0x7f;
    const head = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (bytes.length < head) return undefined;
    const length = head === 2 ? short : head === 4 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
    if (bytes.length < head + length) return undefined;
    const payload = Buffer.from(bytes.subarray(head, head + length));
    this.#bytes = bytes.subarray(head + length);
    switch (bytes[0]) {
      case 0x80 | OPCODES.binary:
        return { message: payload };
      case 0x80 | OPCODES.close:
        return { close: { code: payload.readUInt16BE(), reason: payload.subarray(2).toString() } };
      case 0x80 | OPCODES.ping:
        return { ping: payload.toString() };
      case 0x80 | OPCODES.pong:
        return { pong: payload.toString() };
      default:
        throw new Error(`The server sent a frame that begins with ${bytes[0]}`);
    }
  }

  async #until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      if (this.#ended) throw new Error(`The connection ended: ${this.#bytes}`);
      await this.#change();
    }
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#wake = resolve);
  }
}

/** What a server has to answer to the key of {@linkcode RawSocket.upgrade}. */
export const ACCEPT: string = createHash("sha1")
  .update("dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest("base64");
