import type { MessageInitShape } from "@bufbuild/protobuf";
import type { ConnectError } from "@connectrpc/connect";
import type { ProcessEventSchema } from "../../../gen/process/process_pb.ts";
import { deadlineExceeded } from "../deadline.ts";

/** An event of a process, as services send it. */
export type ProcessEvent = MessageInitShape<typeof ProcessEventSchema>;

/** Events that wait for a slow reader; then the process waits. */
const QUEUE_LENGTH = 64;

/** One reader of a process: a bounded queue between the pipes and a stream. */
export class Subscription {
  readonly #length: number;
  readonly #queue: ProcessEvent[] = [];
  #error: ConnectError | undefined;
  /** Nothing is taken any more. */
  #finished = false;
  /** Nothing is given any more. */
  #closed = false;
  #wakeReader: (() => void) | undefined;
  #wakeWriters: (() => void)[] = [];

  /** Makes one whose queue is full with so many events. */
  constructor(length: number = QUEUE_LENGTH) {
    this.#length = length;
  }

  /** Whether nothing is taken any more. */
  get isFinished(): boolean {
    return this.#finished;
  }

  /** Adds an event. Where the queue is full, resolves once there is room again. */
  push(event: ProcessEvent): Promise<void> | undefined {
    if (this.#finished) return undefined;
    this.#queue.push(event);
    this.#wakeReader?.();
    if (this.#queue.length < this.#length) return undefined;
    return new Promise((resolve) => this.#wakeWriters.push(resolve));
  }

  /** No events follow those in the queue; then the reader gets the error, if any. */
  finish(error?: ConnectError): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#error = error;
    this.#wakeReader?.();
    this.#release();
  }

  /** Its time is over: the reader gets what is in the queue, and then an error. */
  expire(): void {
    this.finish(deadlineExceeded());
  }

  /** The reader has gone. */
  close(): void {
    this.#closed = true;
    this.finish();
  }

  /** The events, with a keepalive after each such time without one. */
  async *read(keepaliveMs: number): AsyncGenerator<ProcessEvent, void> {
    while (!this.#closed) {
      const event = this.#queue.shift();
      if (event) {
        this.#release();
        yield event;
      } else if (this.#finished) {
        if (this.#error) throw this.#error;
        return;
      } else if (!await this.#arrival(keepaliveMs)) {
        yield { event: { case: "keepalive", value: {} } };
      }
    }
  }

  #release(): void {
    for (const wake of this.#wakeWriters.splice(0)) wake();
  }

  /** Waits; false when only time has passed. */
  async #arrival(timeoutMs: number): Promise<boolean> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const arrived = await new Promise<boolean>((resolve) => {
      this.#wakeReader = () => resolve(true);
      timer = setTimeout(() => resolve(false), timeoutMs);
    });
    this.#wakeReader = undefined;
    clearTimeout(timer);
    return arrived;
  }
}
