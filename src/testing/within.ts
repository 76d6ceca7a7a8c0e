/** The longest a timer can be. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Waits for work, but not longer than some milliseconds (beyond 24.8 days: as long as it takes), and not beyond a
 * signal. Resolves to whether the work was done; rejects where it failed in that time.
 */
export async function within(milliseconds: number, work: Promise<unknown>, signal?: AbortSignal): Promise<boolean> {
  let stop = () => {};
  const over = new Promise<boolean>((resolve) => {
    const giveUp = () => resolve(false);
    const timer = milliseconds > LONGEST_MS ? undefined : setTimeout(giveUp, milliseconds);
    signal?.addEventListener("abort", giveUp);
    if (signal?.aborted) giveUp();
    stop = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", giveUp);
    };
  });
  try {
    return await Promise.race([work.then(() => true), over]);
  } finally {
    stop();
  }
}
