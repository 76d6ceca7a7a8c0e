/** Begins an iteration that heeds a signal. */
type Start<T> = (signal: AbortSignal) => AsyncGenerator<T, void, undefined>;

/**
 * An iterable whose iterations can be ended at any time, also while something is awaited: by `return`, which ends them
 * quietly, and by signals, which make them reject with their reason.
 */
export function endable<T>(start: Start<T>, signals: readonly AbortSignal[]): AsyncIterable<T> {
  return { [Symbol.asyncIterator]: () => iterate(start, signals) };
}

function iterate<T>(start: Start<T>, signals: readonly AbortSignal[]): AsyncIterator<T, void, undefined> {
  const controller = new AbortController();
  const { signal } = controller;
  const onAbort = (event: Event) => controller.abort((event.target as AbortSignal).reason);
  for (const given of signals) {
    if (given.aborted) controller.abort(given.reason);
    given.addEventListener("abort", onAbort);
  }
  const generator = start(signal);
  let isOver = false;
  function end(): void {
    isOver = true;
    for (const given of signals) given.removeEventListener("abort", onAbort);
  }
  return {
    async next() {
      if (isOver) return { done: true, value: undefined };
      try {
        signal.throwIfAborted();
        const result = await generator.next();
        if (result.done) end();
        return result;
      } catch (error) {
        if (isOver) return { done: true, value: undefined };
        end();
        throw error;
      }
    },
    async return() {
      end();
      controller.abort();
      await generator.return().catch(() => {});
      return { done: true, value: undefined };
    },
  };
}
