import { TimeoutError } from "../errors/timeout_error.ts";
import type { CallContext } from "./error_map/failure.ts";
import { HINTS } from "./error_map/hints.ts";

/** The longest delay that every engine's `setTimeout` takes; a longer one would fire at once. */
const LONGEST_MS = 2 ** 31 - 1;

/** Sets a timer; 0 and what is beyond 24.8 days set none. Returns the way to clear it. */
export function startTimer(milliseconds: number, expire: () => void): () => void {
  if (milliseconds === 0 || milliseconds > LONGEST_MS) return () => {};
  const timer = setTimeout(expire, milliseconds);
  return () => clearTimeout(timer);
}

/** The error of a request that took too long: what it waited for did not come. */
export function requestTimeout(context: CallContext, milliseconds: number, missing: string = "answer"): TimeoutError {
  return new TimeoutError(`Cannot ${context.what}: no ${missing} within ${milliseconds} ms`, {
    code: "request_timeout",
    retryable: true,
    sandboxId: context.sandboxId,
    hint: HINTS.slow,
  });
}

/** What ends a piece of work before it is done. */
export interface Limits {
  /** The caller's signal. */
  readonly signal?: AbortSignal | undefined;
  /** The time it may take; 0: no limit. */
  readonly timeoutMs: number;
  /** What it is about. */
  readonly context: CallContext;
}

/**
 * Does work that a signal or a limit of time may end. It rejects at once with the signal's reason or a
 * `request_timeout`, whether or not the work heeds the signal it is given.
 */
export async function withLimits<T>(limits: Limits, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { signal, timeoutMs, context } = limits;
  signal?.throwIfAborted();
  const controller = new AbortController();
  let end: (reason: unknown) => void;
  const ended = new Promise<never>((_, reject) => {
    end = (reason) => {
      controller.abort(reason);
      reject(controller.signal.reason);
    };
  });
  // Work that throws at once leaves it to nobody.
  ended.catch(() => {});
  const onAbort = () => end(signal!.reason);
  signal?.addEventListener("abort", onAbort, { once: true });
  const clear = startTimer(timeoutMs, () => end(requestTimeout(context, timeoutMs)));
  try {
    return await Promise.race([work(controller.signal), ended]);
  } finally {
    clear();
    signal?.removeEventListener("abort", onAbort);
  }
}

/** Waits for something that is not ended by the wait's end: a signal only stops the waiting. */
export async function waitFor<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await promise;
  // An aborted signal leaves it to nobody.
  promise.catch(() => {});
  return await withLimits({ signal, timeoutMs: 0, context: { what: "wait" } }, () => promise);
}

/** Waits for something, but not longer. */
export async function within(milliseconds: number, work: Promise<unknown>): Promise<void> {
  let clear = () => {};
  const over = new Promise<void>((resolve) => clear = startTimer(milliseconds, resolve));
  await Promise.race([work.catch(() => {}), over]);
  clear();
}

/** Resolves after so many milliseconds, or rejects with the reason of the signal. */
export async function sleep(milliseconds: number, signal?: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, milliseconds);
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal!.reason);
    };
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
