import type { PartialResult } from "../errors/command_result.ts";
import { BoundedQueue } from "../streams/bounded_queue.ts";
import type { Bytes } from "../streams/bytes.ts";
import { HeadTailCapture, type Snapshot } from "../streams/head_tail_capture.ts";
import { defineLate } from "./late_property.ts";

/** A stream of output. */
export type Channel = "stdout" | "stderr";

/** Output as it arrived. */
export interface Chunk {
  readonly channel: Channel;
  readonly data: Bytes;
}

/** What is kept of a command's output. */
export interface OutputOptions {
  /**
   * Whether output is kept for the result, also beside callbacks. false: nothing is kept, the result's output is
   * empty, and memory does not grow.
   *
   * @default {true}
   */
  capture?: boolean | undefined;
  /**
   * How many bytes are kept of each stream.
   *
   * @default {33_554_432} 32 MiB; never more than 256 MiB, which is what fits into a string everywhere
   */
  maxOutputBytes?: number | undefined;
  /**
   * What happens beyond that. `throw`: the process is killed, and the call rejects with an `OutputLimitError`.
   * `truncate`: head and tail are kept, the rest is counted.
   *
   * @default {"throw"} for `run` without callbacks, else `"truncate"`
   */
  overflow?: "throw" | "truncate" | undefined;
}

/** Whoever gets output as it arrives. */
export interface Subscriber {
  /** Takes what arrived, in any case. */
  push(chunk: Chunk, byteLength: number): void;
  /** Everything has arrived. */
  close(): void;
  /** No more comes, because of this error: it stands behind what was not read yet. */
  fail(error: unknown): void;
  /** Whether it is so far behind that the process should wait. */
  readonly isFull: boolean;
  /** Resolves when it is not. */
  room(): Promise<void>;
  /** It is never full again. */
  unbound(): void;
  /** Whether it is gone. */
  readonly isCancelled: boolean;
}

/** How much a subscriber may fall behind before the process has to wait. */
export const QUEUE_BYTES: number = 8 * 1024 * 1024;
/** Beyond so many switches between the streams their order is not remembered. */
const MAX_RUNS = 2 ** 20;
/** From so many bytes on, those of a result are joined when they are first asked for: most callers want the text alone. */
const LATE_BYTES = 2 ** 20;

/**
 * The output of one process: kept up to a limit, and handed to any number of subscribers.
 *
 * A subscriber that comes late gets everything from the start while that is kept whole, and otherwise what comes from
 * then on.
 */
export class Output {
  readonly #capture: boolean;
  readonly #kept: Readonly<Record<Channel, HeadTailCapture>>;
  #subscribers: { readonly to: Subscriber; readonly channel: Channel | undefined }[] = [];
  /** Arrival order: lengths of runs, positive of stdout, negative of stderr. */
  #runs: number[] | undefined = [];
  #end: { readonly error?: unknown } | undefined;
  #released = false;

  /** Keeps so many bytes of each stream. */
  constructor(capture: boolean, maxOutputBytes: number) {
    this.#capture = capture;
    const limit = capture ? maxOutputBytes : 0;
    this.#kept = { stdout: new HeadTailCapture(limit), stderr: new HeadTailCapture(limit) };
  }

  /** Whether more came than is kept. */
  get overflowed(): boolean {
    return this.#capture && (this.#kept.stdout.droppedBytes > 0 || this.#kept.stderr.droppedBytes > 0);
  }

  /** Takes what arrived; then the producer must await `room`, if there is none. */
  push(channel: Channel, data: Bytes): void {
    if (this.#end !== undefined || data.byteLength === 0) return;
    this.#kept[channel].push(data);
    this.#order(channel, data.byteLength);
    // Whoever comes while it is handed out has had it from what is kept.
    for (const { to, channel: only } of this.#subscribers) {
      if (this.#end !== undefined) return;
      if (to.isCancelled) this.#subscribers = this.#subscribers.filter((other) => other.to !== to);
      else if (only === undefined || only === channel) to.push({ channel, data }, data.byteLength);
    }
  }

  /** Whether a subscriber is so far behind that the process should wait. */
  get isFull(): boolean {
    if (this.#released) return false;
    for (const { to } of this.#subscribers) if (to.isFull) return true;
    return false;
  }

  /** Resolves when every subscriber has room. */
  async room(): Promise<void> {
    while (this.isFull) await Promise.all(this.#subscribers.map(({ to }) => to.room()));
  }

  /** No subscriber holds the process up any more: it is being stopped. */
  release(): void {
    this.#released = true;
    for (const { to } of this.#subscribers) to.unbound();
  }

  /** A queue of what comes, in arrival order, of one stream or of both. */
  subscribe(channel?: Channel): BoundedQueue<Chunk> {
    const queue = new BoundedQueue<Chunk>(QUEUE_BYTES);
    this.attach(queue, channel);
    return queue;
  }

  /** Hands a subscriber what came, where that is kept whole, and what comes, of one stream or of both. */
  attach(to: Subscriber, channel?: Channel): void {
    for (const chunk of this.#replay(channel)) to.push(chunk, chunk.data.byteLength);
    if (this.#end !== undefined) return finish(to, this.#end);
    // Those that left meanwhile must not pile up.
    this.#subscribers = [...this.#subscribers.filter(({ to }) => !to.isCancelled), { to, channel }];
  }

  /** Everything has arrived. */
  close(): void {
    this.#finish({});
  }

  /** No more comes, because of this error: subscribers get it after what they have not read yet. */
  fail(error: unknown): void {
    this.#finish({ error });
  }

  /** What is kept. */
  snapshot(): PartialResult {
    const { stdout, stderr } = this.#kept;
    const [out, err] = [stdout.snapshot(), stderr.snapshot()];
    const snapshot = {
      stdout: out.text,
      stderr: err.text,
      truncatedBytes: this.#capture ? stdout.droppedBytes + stderr.droppedBytes : 0,
    };
    return withBytes(withBytes(snapshot, "stdoutBytes", out), "stderrBytes", err);
  }

  #order(channel: Channel, byteLength: number): void {
    if (this.#runs === undefined) return;
    if (this.#runs.length > MAX_RUNS || !this.#isWhole()) return void (this.#runs = undefined);
    const signed = channel === "stdout" ? byteLength : -byteLength;
    const last = this.#runs.length - 1;
    if (last >= 0 && Math.sign(this.#runs[last]!) === Math.sign(signed)) this.#runs[last]! += signed;
    else this.#runs.push(signed);
  }

  #isWhole(channel?: Channel): boolean {
    if (channel !== undefined) return this.#kept[channel].droppedBytes === 0;
    return this.#isWhole("stdout") && this.#isWhole("stderr");
  }

  /** What came before, where it is kept whole. */
  #replay(channel?: Channel): Chunk[] {
    if (!this.#isWhole(channel)) return [];
    if (channel !== undefined) {
      const data = this.#kept[channel].bytes();
      return data.byteLength > 0 ? [{ channel, data }] : [];
    }
    if (this.#runs === undefined) return [];
    const left = { stdout: this.#kept.stdout.bytes(), stderr: this.#kept.stderr.bytes() };
    return this.#runs.map((run) => {
      const channel: Channel = run > 0 ? "stdout" : "stderr";
      const data = left[channel].subarray(0, Math.abs(run));
      left[channel] = left[channel].subarray(data.byteLength);
      return { channel, data };
    });
  }

  #finish(end: { readonly error?: unknown }): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    for (const { to } of this.#subscribers) finish(to, end);
    this.#subscribers = [];
  }
}

function finish(to: Subscriber, end: { readonly error?: unknown }): void {
  if ("error" in end) to.fail(end.error);
  else to.close();
}

/** Adds the bytes of one stream. */
function withBytes<T extends object, K extends "stdoutBytes" | "stderrBytes">(
  to: T,
  name: K,
  { byteLength, bytes }: Snapshot,
): T & Record<K, Bytes> {
  const whole = to as T & Record<K, Bytes>;
  if (byteLength >= LATE_BYTES) defineLate(whole, name, bytes as () => typeof whole[K]);
  else Object.assign(to, { [name]: bytes() });
  return whole;
}
