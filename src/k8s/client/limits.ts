import { TimeoutError } from "../../errors/timeout_error.ts";
import { limited } from "../../time/limited.ts";
import { sleep } from "../../time/timer.ts";

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
export function withLimits<T>(limits: CallLimits, work: (scope: CallScope) => Promise<T>): Promise<T> {
  const { signals, timeoutMs, what } = limits;
  const deadline = timeoutMs > 0 ? performance.now() + timeoutMs : Infinity;
  const remaining = () => deadline - performance.now();
  return limited(
    { signals, timeoutMs, timeout: () => timeout(what, timeoutMs) },
    (signal) => work({ signal, remaining }),
  );
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
