/** The two ends that a proxy stands between, byte by byte. */

import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { Buffer } from "node:buffer";

/** A request. */
export const GET = "GET /file HTTP/1.1\r\nhost: x\r\n\r\n";
/** The head of an answer. */
export const HEAD = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n";
/** An answer. */
export const WHOLE: string = `${HEAD}0123456789`;

/** Waits for a while, and gives up. */
const PATIENCE_MS = 10_000;

/** What one connection brought. */
export class Wire {
  readonly socket: Socket;
  /** What came, in the pieces it came in. */
  readonly pieces: Buffer[] = [];
  /** How it ended: in order, or with the code of an error. */
  ended: string | undefined;
  #wake: () => void = () => {};

  constructor(socket: Socket) {
    this.socket = socket;
    const end = (how: string) => {
      this.ended ??= how;
      this.#wake();
    };
    socket.on("data", (piece: Uint8Array) => {
      this.pieces.push(Buffer.from(piece));
      this.#wake();
    });
    socket.on("end", () => end("in order"));
    socket.on("error", (error: Error & { code?: string }) => end(error.code ?? error.message));
    socket.on("close", () => end("closed"));
  }

  /** What came, a character a byte. */
  get text(): string {
    return Buffer.concat(this.pieces).toString("latin1");
  }

  /** Waits until what came fulfils a condition, and gives it. */
  async until(condition: (wire: Wire) => boolean): Promise<string> {
    const late = setTimeout(() => this.#wake(), PATIENCE_MS);
    const started = performance.now();
    while (!condition(this)) {
      if (performance.now() - started >= PATIENCE_MS) throw new Error(`no more came than ${JSON.stringify(this.text)}`);
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    clearTimeout(late);
    return this.text;
  }

  /** Waits for the end, and gives what came and how it ended. */
  async end(): Promise<[text: string, ended: string]> {
    const text = await this.until(({ ended }) => ended !== undefined);
    return [text, this.ended!];
  }

  write(text: string): void {
    this.socket.write(Buffer.from(text, "latin1"));
  }
}

/** Opens a connection. */
export async function dial(url: string): Promise<Wire> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.setNoDelay(true);
  const wire = new Wire(socket);
  await once(socket, "connect");
  return wire;
}

/** A server that says what it is told to, to whatever comes. */
export interface Target extends AsyncDisposable {
  readonly url: string;
  /** The connections that came, in order. */
  readonly wires: readonly Wire[];
  /** Waits until so many connections have come. */
  connected(count: number): Promise<void>;
}

/** Starts one. `answer` is told of what a connection has brought whenever something came; what it gives is sent. */
export async function target(answer: (text: string, wire: Wire) => string | undefined): Promise<Target> {
  const wires: Wire[] = [];
  const server = createServer((socket) => {
    const wire = new Wire(socket);
    wires.push(wire);
    socket.setNoDelay(true);
    socket.on("data", () => {
      const text = answer(wire.text, wire);
      if (text !== undefined) wire.write(text);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    wires,
    async connected(count) {
      while (wires.length < count) await once(server, "connection");
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      for (const { socket } of wires) socket.destroy();
      await closed;
    },
  };
}

/** Answers every request without content with the same, once its head is there. */
export function always(answer: string): (text: string, wire: Wire) => string | undefined {
  const answered = new Map<Wire, number>();
  return (text, wire) => {
    const heads = text.split("\r\n\r\n").length - 1;
    const before = answered.get(wire) ?? 0;
    answered.set(wire, heads);
    return heads > before ? answer.repeat(heads - before) : undefined;
  };
}
