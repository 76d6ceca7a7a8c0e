import { TimeoutError } from "../../errors/timeout_error.ts";

/** The longest delay that every engine's `setTimeout` takes; a longer one would fire at once. */
const LONGEST_MS = 2 ** 31 - 1;

/** The limit of a call that sets none: as long as the API server itself works on one. */
export const DEFAULT_TIMEOUT_MS: number = 60_000;

/** What ends a call before it is done. */
export interface CallLimits {
  /** Completes "Cannot …". */
  readonly what: string;
  /** Any of them ends it; the earlier ones go first. */
  readonly signals: readonly AbortSignal[];
  /** The time it may take; 0: no limit. */
  readonly timeoutMs: number;
}

/** What is left of a call. */
export interface CallScope {
  /** Aborted when the call has ended before its work. */
  readonly signal: AbortSignal;
  /** Milliseconds that are left. */
  remaining(): number;
}

/** Does work that a signal or a limit of time may end, whether or not the work heeds the signal that it is given. */
export async function withLimits<T>(limits: CallLimits, work: (scope: CallScope) => Promise<T>): Promise<T> {
  const { signals, timeoutMs, what } = limits;
  for (const signal of signals) signal.throwIfAborted();
  const controller = new AbortController();
  let end: (reason: unknown) => void;
  const ended = new Promise<never>((_, reject) => {
    end = (reason) => {
      controller.abort(reason);
      reject(controller.signal.reason);
    };
  });
  ended.catch(() => {});
  const onAbort = (event: Event) => end((event.target as AbortSignal).reason);
  // No AbortSignal.any: engines are slow to let go of what hangs on a signal that lives as long as the client.
  for (const signal of signals) signal.addEventListener("abort", onAbort);
  const limited = timeoutMs > 0 && timeoutMs <= LONGEST_MS;
  const timer = limited ? setTimeout(() => end(timeout(what, timeoutMs)), timeoutMs) : undefined;
  const deadline = limited ? performance.now() + timeoutMs : Infinity;
  try {
    return await Promise.race([
      work({ signal: controller.signal, remaining: () => deadline - performance.now() }),
      ended,
    ]);
  } finally {
    clearTimeout(timer);
    for (const signal of signals) signal.removeEventListener("abort", onAbort);
  }
}

function timeout(what: string, timeoutMs: number): TimeoutError {
  return new TimeoutError(`Cannot ${what}: no answer within ${timeoutMs} ms`, {
    code: "request_timeout",
    retryable: true,
    hint: "Raise timeoutMs, or look at what the API server is busy with",
  });
}

/** Time, as the repetitions and the watches of a client see it. */
export interface Clock {
  /** Milliseconds since some moment. */
  now(): number;
  /** Waits so many milliseconds; rejects with the signal's reason. */
  sleep(milliseconds: number, signal?: AbortSignal | undefined): Promise<void>;
  /** A number from 0 up to 1, without 1. */
  random(): number;
}

/** The time of the machine. */
export const systemClock: Clock = { now: () => performance.now(), sleep, random: Math.random };

async function sleep(milliseconds: number, signal?: AbortSignal | undefined): Promise<void> {
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
