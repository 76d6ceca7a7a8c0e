import type { PartialResult } from "../errors/command_result.ts";
import { BoundedQueue } from "../streams/bounded_queue.ts";
import type { Bytes } from "../streams/bytes.ts";
import { HeadTailCapture } from "../streams/head_tail_capture.ts";

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
   * @default {33_554_432} 32 MiB
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

/** How much a subscriber may fall behind before the process has to wait. */
const QUEUE_BYTES = 8 * 1024 * 1024;
/** Beyond so many switches between the streams their order is not remembered. */
const MAX_RUNS = 2 ** 20;

/**
 * The output of one process: kept up to a limit, and handed to any number of subscribers.
 *
 * A subscriber that comes late gets everything from the start while that is kept whole, and otherwise what comes from
 * then on.
 */
export class Output {
  readonly #capture: boolean;
  readonly #kept: Readonly<Record<Channel, HeadTailCapture>>;
  readonly #subscribers = new Set<{ readonly queue: BoundedQueue<Chunk>; readonly channel: Channel | undefined }>();
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
    for (const subscriber of this.#subscribers) {
      const { queue, channel: only } = subscriber;
      if (queue.isCancelled) this.#subscribers.delete(subscriber);
      else if (only === undefined || only === channel) queue.push({ channel, data }, data.byteLength);
    }
  }

  /** Whether a subscriber is so far behind that the process should wait. */
  get isFull(): boolean {
    if (this.#released) return false;
    for (const { queue } of this.#subscribers) if (queue.isFull) return true;
    return false;
  }

  /** Resolves when every subscriber has room. */
  async room(): Promise<void> {
    while (this.isFull) await Promise.all([...this.#subscribers].map(({ queue }) => queue.room()));
  }

  /** No subscriber holds the process up any more: it is being stopped. */
  release(): void {
    this.#released = true;
    for (const { queue } of this.#subscribers) queue.unbound();
  }

  /** A queue of what comes, in arrival order, of one stream or of both. */
  subscribe(channel?: Channel): BoundedQueue<Chunk> {
    const queue = new BoundedQueue<Chunk>(QUEUE_BYTES);
    for (const chunk of this.#replay(channel)) queue.push(chunk, chunk.data.byteLength);
    if (this.#end === undefined) this.#subscribers.add({ queue, channel });
    else finish(queue, this.#end);
    return queue;
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
    return {
      stdout: stdout.text(),
      stderr: stderr.text(),
      stdoutBytes: stdout.bytes(),
      stderrBytes: stderr.bytes(),
      truncatedBytes: this.#capture ? stdout.droppedBytes + stderr.droppedBytes : 0,
    };
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
    for (const { queue } of this.#subscribers) finish(queue, end);
    this.#subscribers.clear();
  }
}

function finish(queue: BoundedQueue<Chunk>, end: { readonly error?: unknown }): void {
  if ("error" in end) queue.fail(end.error);
  else queue.close();
}
