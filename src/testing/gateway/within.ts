/** Waits for a promise, but no longer than some milliseconds (0: no limit), and not beyond a signal. */
export async function within(ms: number, signal: AbortSignal, promise: Promise<unknown>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const over = new Promise<never>((_, reject) => {
    const giveUp = () => reject(new Error("The wait is over"));
    if (ms > 0) timer = setTimeout(giveUp, ms);
    signal.addEventListener("abort", giveUp, { once: true });
    if (signal.aborted) giveUp();
  });
  try {
    await Promise.race([promise, over]);
  } finally {
    clearTimeout(timer);
  }
}
