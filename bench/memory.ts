/** The memory of this process, as Linux counts it. */

import { readFileSync, writeFileSync } from "node:fs";

/** A figure of /proc/self/status in MiB; NaN where it is not Linux. */
function status(key: "VmRSS" | "VmHWM"): number {
  try {
    const kib = new RegExp(`^${key}:\\s+(\\d+)`, "m").exec(readFileSync("/proc/self/status", "utf8"))?.[1];
    return Number(kib) / 1024;
  } catch {
    return NaN;
  }
}

/** What is resident. */
export function resident(): number {
  return status("VmRSS");
}

/** The most that was resident. */
export function peak(): number {
  return status("VmHWM");
}

/** Sets the peak back to what is resident now, so that what starting up took does not hide what the work takes. */
export function forgetPeak(): void {
  try {
    writeFileSync("/proc/self/clear_refs", "5");
  } catch {
    // Not Linux, or not allowed: the peak then includes the start.
  }
}

/** What is resident once garbage is collected, where the engine lets a program ask for that. */
export async function settled(): Promise<number> {
  const { gc, Bun } = globalThis as { gc?: () => void; Bun?: { gc(now: boolean): void } };
  for (let i = 0; i < 3; i++) {
    gc?.();
    Bun?.gc(true);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return resident();
}
