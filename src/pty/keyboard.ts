import { processEnded } from "../process/process_ended.ts";
import type { Session } from "../process/session.ts";
import { asBytes, type Bytes, concat } from "../streams/bytes.ts";
import { describe } from "../streams/input_data.ts";

/** How much may wait for its turn. */
const WAITING_BYTES = 64 * 1024;

/** Sends input to a terminal; a signal gives it up. */
export type Send = (data: Bytes, signal: AbortSignal) => Promise<void>;

/** The input of a terminal as a web stream. It errors when the terminal is gone. */
export function keyboardOf(session: Session, send: Send): WritableStream<Uint8Array | string> {
  return new WritableStream(new Keyboard(session, send), {
    highWaterMark: WAITING_BYTES,
    size: (chunk) => chunk?.length ?? 0,
  });
}

/**
 * Sends what was written in order, one request at a time: the daemon does not order concurrent ones. What comes while
 * one is under way goes with the next, all at once.
 */
class Keyboard implements UnderlyingSink<Uint8Array | string> {
  readonly #session: Session;
  readonly #send: Send;
  readonly #over = new AbortController();
  #waiting: Bytes[] = [];
  #waitingBytes = 0;
  #sending: Promise<void> | undefined;
  #onRoom: (() => void) | undefined;

  constructor(session: Session, send: Send) {
    this.#session = session;
    this.#send = send;
  }

  start(controller: WritableStreamDefaultController): void {
    this.#over.signal.addEventListener("abort", () => controller.error(this.#over.signal.reason));
    const ended = () => processEnded("send input to", this.#session);
    this.#session.outcome.then(() => this.#end(ended()), (error) => this.#end(error));
  }

  async write(chunk: Uint8Array | string): Promise<void> {
    const data = bytesOf(chunk);
    if (data.byteLength === 0) return;
    this.#waiting.push(data);
    this.#waitingBytes += data.byteLength;
    this.#sending ??= this.#sendAll();
    if (this.#waitingBytes >= WAITING_BYTES) await new Promise<void>((resolve) => this.#onRoom = resolve);
  }

  async close(): Promise<void> {
    await this.#sending;
    this.#over.signal.throwIfAborted();
  }

  abort(reason: unknown): void {
    this.#end(reason);
  }

  async #sendAll(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        const data = concat(this.#waiting);
        this.#forget();
        await this.#send(data, this.#over.signal);
      }
    } catch (error) {
      this.#end(error);
    } finally {
      this.#sending = undefined;
    }
  }

  #end(error: unknown): void {
    this.#over.abort(error);
    this.#forget();
  }

  #forget(): void {
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#onRoom?.();
    this.#onRoom = undefined;
  }
}

/** The bytes of what was written: a copy, because the writer may use its memory again before they are sent. */
function bytesOf(chunk: Uint8Array | string): Bytes {
  if (typeof chunk === "string") return new TextEncoder().encode(chunk);
  if (chunk instanceof Uint8Array) return asBytes(chunk).slice();
  throw new TypeError(`Cannot type ${describe(chunk)}: write a string or a Uint8Array`);
}
