/** Runs one job in this process and prints what it took: `<program> <row> <bytes> <url>`. */

import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { type Jobs, MIB, type RowName } from "./rows.ts";

/** What one run took; memory only where Linux tells it. */
export interface Sample {
  readonly ms: number;
  readonly seen: number;
  readonly growthMib?: number;
}

/** A figure of /proc/self/status in MiB. */
function memory(key: "VmRSS" | "VmHWM"): number | undefined {
  try {
    const kib = new RegExp(`^${key}:\\s+(\\d+)`, "m").exec(readFileSync("/proc/self/status", "utf8"))?.[1];
    return kib === undefined ? undefined : Number(kib) / 1024;
  } catch {
    return undefined;
  }
}

/** Sets the peak back to what is resident now, so that what starting up took does not hide what the work takes. */
function forgetPeak(): void {
  try {
    writeFileSync("/proc/self/clear_refs", "5");
  } catch {
    // Not Linux, or not allowed: the peak then includes the start.
  }
}

/** Warms the job up, runs it once, checks that nothing was lost on the way, and prints the sample as JSON. */
export async function measure(jobs: Jobs): Promise<void> {
  const [row, bytes, url] = process.argv.slice(2) as [RowName, string, string];
  const [job, size] = [jobs[row], Number(bytes)];
  const seenInOne = await job(url, MIB);
  forgetPeak();
  const before = memory("VmRSS");
  const start = performance.now();
  const seen = await job(url, size);
  const ms = performance.now() - start;
  const peak = memory("VmHWM");
  const expected = seenInOne * size / MIB; // output repeats itself every mebibyte
  if (seen === 0 || seen !== expected) throw new Error(`Cannot trust "${row}": saw ${seen} instead of ${expected}`);
  const growthMib = before === undefined || peak === undefined ? undefined : peak - before;
  console.log(JSON.stringify({ ms, seen, growthMib }));
}
