import { startTimer } from "../time/timer.ts";
import { type Limits, requestTimeout } from "./deadline.ts";

/**
 * Ends the transfer of a body when no byte moved for too long, or when the caller's signal says so.
 *
 * It rests until the first `restart()`. One timer looks at a clock: setting it anew for each chunk would cost more
 * than moving the chunk.
 */
export class IdleLimit {
  readonly #limits: Limits;
  readonly #controller = new AbortController();
  readonly #onAbort = () => this.end(this.#limits.signal!.reason);
  #reject: (reason: unknown) => void = () => {};
  #waitingSince: number | undefined;
  #clearTimer: (() => void) | undefined;

  /** Rejects with the reason of the end. Nobody needs to handle it. */
  readonly ended: Promise<never>;

  /** Throws the reason of a signal that is aborted already. */
  constructor(limits: Limits) {
    const { signal } = limits;
    signal?.throwIfAborted();
    this.#limits = limits;
    this.ended = new Promise((_, reject) => this.#reject = reject);
    this.ended.catch(() => {});
    signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  /** Cuts the connection. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** A byte moved, or waiting for one begins. */
  restart(): void {
    this.#waitingSince = performance.now();
    this.#clearTimer ??= this.#startTimer(this.#limits.timeoutMs);
  }

  /** Nobody waits for a byte: the caller is busy with those there are. */
  rest(): void {
    this.#waitingSince = undefined;
  }

  /** Ends the transfer with a reason of its own. */
  end(reason: unknown): void {
    this.close();
    this.#controller.abort(reason);
    this.#reject(this.signal.reason);
  }

  /** The transfer is over: nothing ends it any more. */
  close(): void {
    this.#clearTimer?.();
    this.#clearTimer = undefined;
    this.#waitingSince = undefined;
    this.#limits.signal?.removeEventListener("abort", this.#onAbort);
  }

  #startTimer(milliseconds: number): () => void {
    return startTimer(milliseconds, () => {
      this.#clearTimer = undefined;
      if (this.#waitingSince === undefined) return;
      const { timeoutMs, context } = this.#limits;
      const left = timeoutMs - (performance.now() - this.#waitingSince);
      if (left <= 0) return this.end(requestTimeout(context, timeoutMs, "byte moved"));
      this.#clearTimer = this.#startTimer(left);
    });
  }
}

/** Does work that the limit ends at once, whether or not it heeds the signal. Work that fails is cut off, too. */
export async function withIdleLimit<T>(limits: Limits, work: (limit: IdleLimit) => Promise<T>): Promise<T> {
  const limit = new IdleLimit(limits);
  limit.restart();
  try {
    return await Promise.race([work(limit), limit.ended]);
  } catch (error) {
    limit.end(error);
    throw error;
  } finally {
    limit.close();
  }
}
