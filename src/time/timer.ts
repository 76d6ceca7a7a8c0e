/** The longest delay that every engine's `setTimeout` takes; a longer one would fire at once. */
const LONGEST_MS = 2 ** 31 - 1;

/** Sets a timer; 0 and what is beyond 24.8 days set none. Returns the way to clear it. */
export function startTimer(milliseconds: number, expire: () => void): () => void {
  if (milliseconds === 0 || milliseconds > LONGEST_MS) return () => {};
  const timer = setTimeout(expire, milliseconds);
  return () => clearTimeout(timer);
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

/** Waits for something, but not longer. */
export async function within(milliseconds: number, work: Promise<unknown>): Promise<void> {
  let clear = () => {};
  const over = new Promise<void>((resolve) => clear = startTimer(milliseconds, resolve));
  await Promise.race([work.catch(() => {}), over]);
  clear();
}
