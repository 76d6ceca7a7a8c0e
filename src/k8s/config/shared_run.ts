/** One run of something slow for all who ask meanwhile. It is ended when nobody waits for it any more. */
export class SharedRun<T> {
  readonly #start: (signal: AbortSignal) => Promise<T>;
  #current: { readonly result: Promise<T>; readonly controller: AbortController; waiting: number } | undefined;

  constructor(start: (signal: AbortSignal) => Promise<T>) {
    this.#start = start;
  }

  /** Waits for the run under way, or starts one. An abort ends this waiting alone. */
  async join(signal: AbortSignal | undefined): Promise<T> {
    signal?.throwIfAborted();
    const run = this.#current ??= this.#begin();
    run.waiting++;
    try {
      return await untilAborted(run.result, signal);
    } finally {
      if (--run.waiting === 0) {
        if (this.#current === run) this.#current = undefined;
        run.controller.abort();
      }
    }
  }

  #begin(): { result: Promise<T>; controller: AbortController; waiting: number } {
    const controller = new AbortController();
    const result = this.#start(controller.signal);
    result.catch(() => {}); // whoever waits is told
    return { result, controller, waiting: 0 };
  }
}

/** Waits for a promise or for an abort, which rejects with its own reason. */
export async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return await promise;
  return await new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
