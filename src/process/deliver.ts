import { BoundedQueue } from "../streams/bounded_queue.ts";
import { Utf8Decoder } from "../streams/utf8_decoder.ts";
import { type Channel, type Chunk, type Output, QUEUE_BYTES, type Subscriber } from "./output.ts";

/** Takes text as it becomes complete. An async one is awaited before the next call; the process may have to wait. */
export type OutputCallback = (text: string) => void | Promise<void>;

/** Where text goes. */
export interface OutputCallbacks {
  /** Gets standard output. */
  onStdout?: OutputCallback | undefined;
  /** Gets standard error. */
  onStderr?: OutputCallback | undefined;
}

/** What waiting for the end of a command takes. */
export interface WaitOptions extends OutputCallbacks {
  /**
   * Whether an exit code other than 0 rejects with a `CommandExitError`.
   *
   * @default {true}
   */
  check?: boolean | undefined;
  /** Ends the waiting only; the process goes on. */
  signal?: AbortSignal | undefined;
}

/** Text on its way to callbacks. */
export interface Delivery {
  /** Settles when all text is delivered; rejects with what a callback throws, or with how the output ended. */
  readonly done: Promise<void>;
  /** Delivers no more. */
  cancel(): void;
}

/** Hands output to callbacks, in order, one call at a time. */
export function deliver(output: Output, { onStdout, onStderr }: OutputCallbacks): Delivery {
  if (onStdout === undefined && onStderr === undefined) return { done: Promise.resolve(), cancel() {} };
  const delivery = new CallbackDelivery({ stdout: onStdout, stderr: onStderr });
  output.attach(delivery, onStderr === undefined ? "stdout" : onStdout === undefined ? "stderr" : undefined);
  return delivery;
}

/** Calls back in the very turn that brings the output. While an async callback is under way, output waits in a queue. */
class CallbackDelivery implements Delivery, Subscriber {
  readonly done: Promise<void>;
  readonly #callbacks: Readonly<Record<Channel, OutputCallback | undefined>>;
  readonly #decoders = { stdout: new Utf8Decoder(), stderr: new Utf8Decoder() };
  readonly #queue = new BoundedQueue<Chunk>(QUEUE_BYTES);
  #settle!: { resolve(): void; reject(error: unknown): void };
  // What came before is told only when the caller has got hold of what it waits by.
  #working = true;

  constructor(callbacks: Readonly<Record<Channel, OutputCallback | undefined>>) {
    this.#callbacks = callbacks;
    this.done = new Promise((resolve, reject) => this.#settle = { resolve, reject });
    this.done.catch(() => {});
    queueMicrotask(() => this.#work());
  }

  get isFull(): boolean {
    return this.#queue.isFull;
  }

  get isCancelled(): boolean {
    return this.#queue.isCancelled;
  }

  push(chunk: Chunk, byteLength: number): void {
    if (this.#working || this.#queue.isCancelled) return this.#queue.push(chunk, byteLength);
    // Nothing waits in front of it. No async function as long as no callback is: that is a promise for each chunk.
    this.#working = true;
    try {
      const pending = this.#tell(chunk);
      if (pending !== undefined) void this.#work(pending);
      else this.#working = false;
      // The callback may itself have ended the output.
      if (this.#queue.isAtEnd) this.#wake();
    } catch (error) {
      this.#giveUp(error);
    }
  }

  close(): void {
    this.#queue.close();
    this.#wake();
  }

  fail(error: unknown): void {
    this.#queue.fail(error);
    this.#wake();
  }

  room(): Promise<void> {
    return this.#queue.room();
  }

  unbound(): void {
    this.#queue.unbound();
  }

  cancel(): void {
    this.#queue.cancel();
    this.#settle.resolve();
  }

  #wake(): void {
    if (!this.#working) void this.#work();
  }

  async #work(pending?: Promise<void>): Promise<void> {
    this.#working = true;
    try {
      if (pending !== undefined) await pending;
      for (let chunk = this.#queue.take(); chunk !== undefined; chunk = this.#queue.take()) {
        const pending = this.#tell(chunk);
        if (pending !== undefined) await pending;
      }
      if (this.#queue.isAtEnd && !this.#queue.isCancelled) {
        for (const channel of ["stdout", "stderr"] as const) await this.#call(channel, this.#decoders[channel].flush());
        this.#settle.resolve();
      }
      this.#working = false;
    } catch (error) {
      this.#giveUp(error);
    }
  }

  #giveUp(error: unknown): void {
    this.#queue.cancel();
    this.#settle.reject(error);
    this.#working = false;
  }

  #tell({ channel, data }: Chunk): void | Promise<void> {
    return this.#call(channel, this.#decoders[channel].decode(data));
  }

  #call(channel: Channel, text: string): void | Promise<void> {
    if (text !== "") return this.#callbacks[channel]?.(text);
  }
}

/** Checks callbacks before anything is started for them. */
export function checkCallbacks({ onStdout, onStderr }: OutputCallbacks): void {
  for (const [name, callback] of Object.entries({ onStdout, onStderr })) {
    if (callback !== undefined && typeof callback !== "function") {
      throw new TypeError(`Cannot use a ${typeof callback} as ${name}: pass a function`);
    }
  }
}
