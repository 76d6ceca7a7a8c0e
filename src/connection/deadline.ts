import { TimeoutError } from "../errors/timeout_error.ts";
import { limited } from "../time/limited.ts";
import type { CallContext } from "./error_map/failure.ts";
import { HINTS } from "./error_map/hints.ts";

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
export function withLimits<T>(limits: Limits, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { signal, timeoutMs, context } = limits;
  const timeout = () => requestTimeout(context, timeoutMs);
  return limited({ signals: signal === undefined ? [] : [signal], timeoutMs, timeout }, work);
}

/** Waits for something that is not ended by the wait's end: a signal only stops the waiting. */
export async function waitFor<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await promise;
  // An aborted signal leaves it to nobody.
  promise.catch(() => {});
  return await withLimits({ signal, timeoutMs: 0, context: { what: "wait" } }, () => promise);
}
