import type { FakeKubeClock } from "./call.ts";

/** The clock of the host. */
export const HOST_CLOCK: FakeKubeClock = {
  now: () => Date.now(),
  after(milliseconds, run) {
    const timer = setTimeout(run, milliseconds);
    return () => clearTimeout(timer);
  },
};

/** Waits some time, or for something that comes before; says whether that came. Rejects with the signal's reason. */
export async function waitFor(
  clock: FakeKubeClock,
  milliseconds: number,
  event?: Promise<void>,
  signal?: AbortSignal,
): Promise<boolean> {
  signal?.throwIfAborted();
  let cancel = () => {};
  let onAbort = () => {};
  try {
    return await new Promise<boolean>((resolve, reject) => {
      cancel = clock.after(milliseconds, () => resolve(false));
      onAbort = () => reject(signal?.reason);
      signal?.addEventListener("abort", onAbort);
      event?.then(() => resolve(true), reject);
    });
  } finally {
    cancel();
    signal?.removeEventListener("abort", onAbort);
  }
}
