/** Does one job in this process and prints what it took: `<program> <work> <of> <amount> <url> <version>`. */

import process from "node:process";
import type { Connect } from "./caller.ts";
import { jobs } from "./jobs.ts";
import { forgetPeak, peak, resident } from "./memory.ts";

/** What one run took. Memory is null where it is not Linux, as JSON has no NaN. */
export interface Sample {
  /** Milliseconds, or what the job says itself. */
  readonly figure: number;
  /** Milliseconds of the processor, in all threads. What else the machine does moves them less. */
  readonly cpuMs: number;
  readonly seen: number;
  readonly peakMib: number | null;
  readonly growthMib: number | null;
}

/** Warms the job up, runs it once, checks that nothing was lost on the way, and prints the sample as JSON. */
export async function measure(connect: Connect): Promise<void> {
  const [work, of, count, url, version] = process.argv.slice(2) as [keyof typeof jobs, string, string, string, string];
  const [job, amount] = [jobs[work], Number(count)];
  const caller = await connect(url, version);
  const warm = await job.work(caller, of, job.warmUp);
  job.prepare?.(amount);
  forgetPeak();
  const before = resident();
  const cpu = process.cpuUsage();
  const start = performance.now();
  const { seen, figure } = await job.work(caller, of, amount);
  const ms = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  const [peakMib, growthMib] = [peak(), peak() - before];
  const expected = warm.seen * amount / job.warmUp;
  if (seen === 0 || seen !== expected) throw new Error(`Cannot trust "${work}": saw ${seen} instead of ${expected}`);
  const sample: Sample = { figure: figure ?? ms, cpuMs: (user + system) / 1000, seen, peakMib, growthMib };
  console.log(JSON.stringify(sample));
}
