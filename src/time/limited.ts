import { startTimer } from "./timer.ts";

/** What ends a piece of work before it is done. */
export interface Ends {
  /** Any of them ends it; the earlier ones go first. */
  readonly signals: readonly AbortSignal[];
  /** The time it may take in milliseconds; 0: no limit. */
  readonly timeoutMs: number;
  /** Makes the error of work that took longer. */
  timeout(): Error;
}

/**
 * Does work that a signal or a limit of time may end. It rejects at once with the signal's reason or the error of the
 * limit, whether or not the work heeds the signal it is given.
 */
export async function limited<T>(ends: Ends, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { signals, timeoutMs, timeout } = ends;
  for (const signal of signals) signal.throwIfAborted();
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
  const onAbort = (event: Event) => end((event.target as AbortSignal).reason);
  // No AbortSignal.any: engines are slow to let go of what hangs on a signal that lives long.
  for (const signal of signals) signal.addEventListener("abort", onAbort, { once: true });
  const clear = startTimer(timeoutMs, () => end(timeout()));
  try {
    return await Promise.race([work(controller.signal), ended]);
  } finally {
    clear();
    for (const signal of signals) signal.removeEventListener("abort", onAbort);
  }
}
