import { setTimeout as timer } from "node:timers/promises";

/** The longest a timer can be; it does not wait at all for longer. */
const MAX_MS = 2 ** 31 - 1;

/** Waits. Rejects when the signal ends it. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  let left = milliseconds;
  do {
    const step = Math.min(left, MAX_MS);
    await timer(step, undefined, { signal });
    left -= step;
  } while (left > 0);
}
