import type { Duplex } from "node:stream";
import { encodeFrame, type Frame, FrameError, FrameReader, OPCODE } from "./frames.ts";

/** What goes wrong with a WebSocket, counted from behind the head of the answer. */
export interface SocketFaults {
  /** The connection ends, without a close frame, after so many bytes. */
  readonly cutAfterBytes?: number | undefined;
  /** It stays open after so many bytes, but nothing more is sent or read. */
  readonly stallAfterBytes?: number | undefined;
}

/** How much of what came waits before the connection is told to pause, in bytes. */
const MOST_WAITING = 64 * 1024;

/** How long a client may take to end its side after the last frame, in milliseconds. */
const LINGER_MS = 1000;

/** The server's side of a WebSocket. */
export class ServerSocket {
  /** Resolves when the connection is gone. */
  readonly closed: Promise<void>;
  readonly #stream: Duplex;
  readonly #faults: SocketFaults;
  readonly #frames = new FrameReader();
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #wake: () => void = () => {};
  #isGone = false;
  /** Whether the last frame is sent. */
  #isOver = false;
  #stalled = false;
  #sent = 0;

  /** Takes a connection over, with what has come on it already. */
  constructor(stream: Duplex, head: Uint8Array, faults: SocketFaults) {
    this.#stream = stream;
    this.#faults = faults;
    this.closed = new Promise((resolve) => {
      const gone = () => {
        this.#isGone = true;
        this.#wake();
        resolve();
      };
      stream.once("close", gone);
      // Whoever waits is told by "close".
      stream.on("error", () => stream.destroy());
      stream.once("end", () => {
        stream.destroy();
        gone();
      });
    });
    if (head.byteLength > 0) this.#arrived(head);
    stream.on("data", (chunk: Uint8Array) => this.#arrived(chunk));
    stream.resume();
    if (faults.cutAfterBytes === 0 || faults.stallAfterBytes === 0) void this.#write(new Uint8Array());
  }

  /** Whether what is sent can still arrive. */
  get isOpen(): boolean {
    return !this.#isGone && !this.#isOver;
  }

  /** Sends a message; resolves when there is room for another, or the connection is gone. */
  async send(...parts: readonly Uint8Array[]): Promise<void> {
    if (this.isOpen) await this.#write(encodeFrame(OPCODE.binary, ...parts));
  }

  /** What the client sends, until it closes or is gone. Pings are answered when their turn comes. */
  async *messages(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const frame = await this.#next();
      if (frame === undefined) return;
      switch (frame.opcode) {
        case OPCODE.ping:
          if (this.isOpen) await this.#write(encodeFrame(OPCODE.pong, frame.payload));
          continue;
        case OPCODE.pong:
          continue;
        case OPCODE.close:
          // Whatever the client's code was.
          return this.close();
        default:
          // The server takes each frame for a message: it does not join those that are parts of one.
          yield frame.payload;
      }
    }
  }

  /** Says that this was all. */
  close(code = 1000): void {
    const payload = new Uint8Array([code >> 8, code & 0xff]);
    this.#end(encodeFrame(OPCODE.close, payload));
  }

  /** Ends the connection without a word. */
  destroy(): void {
    this.#isOver = true;
    this.#stream.end();
    this.#wake();
    this.#linger();
  }

  #end(last: Uint8Array): void {
    if (!this.isOpen) return;
    void this.#write(last);
    if (this.#stalled) return;
    this.destroy();
  }

  /** Waits for the client's end, so that what was sent last is not lost by what it still sends. */
  #linger(): void {
    this.#waiting = [];
    this.#stream.resume();
    const timer = setTimeout(() => this.#stream.destroy(), LINGER_MS);
    void this.closed.then(() => clearTimeout(timer));
  }

  async #next(): Promise<Frame | undefined> {
    for (;;) {
      if (this.#isGone || this.#isOver) return undefined;
      try {
        const frame = this.#frames.next();
        if (frame !== undefined) return frame;
      } catch (error) {
        if (!(error instanceof FrameError)) throw error;
        this.close(1002);
        return undefined;
      }
      const chunk = this.#waiting.shift();
      if (chunk === undefined) {
        await new Promise<void>((resolve) => this.#wake = resolve);
        continue;
      }
      this.#waitingBytes -= chunk.byteLength;
      if (this.#waitingBytes <= MOST_WAITING && !this.#stalled) this.#stream.resume();
      this.#frames.push(chunk);
    }
  }

  #arrived(chunk: Uint8Array): void {
    if (this.#isOver) return;
    this.#waiting.push(chunk);
    this.#waitingBytes += chunk.byteLength;
    if (this.#waitingBytes > MOST_WAITING) this.#stream.pause();
    this.#wake();
  }

  async #write(bytes: Uint8Array): Promise<void> {
    if (this.#isGone || this.#isOver) return;
    if (this.#stalled) return await this.closed;
    const { cutAfterBytes: cut = Infinity, stallAfterBytes: stall = Infinity } = this.#faults;
    const left = Math.min(cut, stall) - this.#sent;
    this.#sent += bytes.byteLength;
    if (bytes.byteLength < left) return await this.#push(bytes);
    void this.#push(bytes.subarray(0, left));
    if (cut <= stall) return this.destroy();
    this.#stalled = true;
    this.#stream.pause();
    await this.closed;
  }

  async #push(bytes: Uint8Array): Promise<void> {
    if (this.#stream.write(bytes)) return;
    const drained = new Promise<void>((resolve) => this.#stream.once("drain", () => resolve()));
    await Promise.race([drained, this.closed]);
  }
}
