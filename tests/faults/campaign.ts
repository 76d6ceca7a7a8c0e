/** Many cases, some at a time. */

import process from "node:process";
import fc from "fast-check";
import { faultCase } from "./arbitrary.ts";
import type { FaultCase } from "./fault_case.ts";
import { type FaultReport, runFaultCase } from "./run_fault_case.ts";

/** What to run. */
export interface CampaignOptions {
  readonly plans: number;
  readonly seed: number;
  /** How many at a time. They wait more than they work. */
  readonly jobs: number;
  /** Told of each case that is over. */
  readonly onReport?: ((report: FaultReport, done: number) => void) | undefined;
}

/** How it went. */
export interface Campaign {
  readonly reports: readonly FaultReport[];
  /** The first case that was wrong, as small as it could be made, and how to run it again. */
  readonly failure?: Failure;
}

/** A case that was wrong. */
export interface Failure {
  readonly seed: number;
  /** Where fast-check finds it from the seed. */
  readonly path: string;
  readonly report: FaultReport;
}

/** Runs so many cases, or up to the first that is wrong. */
export async function campaign({ plans, seed, jobs, onReport }: CampaignOptions): Promise<Campaign> {
  const { reports, wrong } = await runAll(fc.sample(faultCase, { seed, numRuns: plans }), jobs, onReport);
  return wrong === undefined ? { reports } : { reports, failure: await smaller(seed, wrong) };
}

/** Runs one case many times, or up to the first time that it is wrong. */
export async function repeated(
  fault: FaultCase,
  times: number,
  jobs: number,
): Promise<{ readonly reports: readonly FaultReport[]; readonly failure?: FaultReport }> {
  const { reports, wrong } = await runAll(Array<FaultCase>(times).fill(fault), jobs);
  return { reports, ...(wrong !== undefined && { failure: wrong.report }) };
}

interface Wrong {
  readonly index: number;
  readonly report: FaultReport;
}

/** A file of input is removed once more 2 s after its command failed, over connections that may break. Then all is over. */
const AFTERMATH_MS = 3_000;

async function runAll(
  cases: readonly FaultCase[],
  jobs: number,
  onReport?: CampaignOptions["onReport"],
): Promise<{ readonly reports: readonly FaultReport[]; readonly wrong: Wrong | undefined }> {
  const reports: FaultReport[] = [];
  let wrong: Wrong | undefined;
  let next = 0;
  const unhandled = new Unhandled();
  async function work(): Promise<void> {
    while (wrong === undefined && next < cases.length) {
      const index = next++;
      const report = await runFaultCase(cases[index]!);
      reports.push(report);
      if (report.end === "lie") wrong ??= { index, report };
      onReport?.(report, reports.length);
    }
  }
  try {
    await Promise.all(Array.from({ length: jobs }, work));
    await new Promise((resolve) => setTimeout(resolve, AFTERMATH_MS));
    // A case that is wrong is the better clue.
    if (wrong === undefined) unhandled.check();
  } finally {
    unhandled.stop();
  }
  return { reports, wrong };
}

const SHRINK_MS = 60_000;

/** Looks for a smaller case that is wrong too. */
async function smaller(seed: number, { index, report }: Wrong): Promise<Failure> {
  const first = { seed, path: String(index), report };
  let last = report;
  const property = fc.asyncProperty(faultCase, async (fault) => {
    const report = await runFaultCase(fault);
    if (report.end !== "lie") return true;
    last = report;
    return false;
  });
  const result = await fc.check(property, { seed, path: first.path, numRuns: 1, interruptAfterTimeLimit: SHRINK_MS });
  return result.failed && result.counterexamplePath !== null
    ? { seed, path: result.counterexamplePath, report: last }
    : first;
}

/** The case that fast-check finds by a path from a seed. */
export function caseAt(seed: number, path: string): FaultCase {
  const [found] = fc.sample(faultCase, { seed, path, numRuns: 1 });
  if (found === undefined) throw new TypeError(`Cannot find a case at ${JSON.stringify(path)} from seed ${seed}`);
  return found;
}

/** What a failure is printed as: what went wrong, and how to see it again. */
export function described({ seed, path, report }: Failure): string {
  const { case: fault, struck, trace, lie, ms } = report;
  return [
    `${lie instanceof Error ? lie.stack : lie}`,
    ...causes(lie),
    `after ${Math.round(ms)} ms of ${JSON.stringify(fault)}`,
    ...trace.map((line) => `  ${line}`),
    ...struck.map(({ request, plan }) => `  ${request} met ${JSON.stringify(plan)}`),
    `again: deno task faults --seed ${seed} --path ${path}`,
    `or:    deno task faults --plan '${JSON.stringify(fault).replaceAll("'", "'\\''")}'`,
  ].join("\n");
}

function causes(error: unknown): string[] {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause === undefined ? [] : [`caused by ${cause instanceof Error ? cause.stack : cause}`, ...causes(cause)];
}

/** Rejections that nobody handles. */
class Unhandled {
  readonly #reasons: unknown[] = [];
  readonly #listener = (reason: unknown): void => void this.#reasons.push(reason);

  constructor() {
    process.on("unhandledRejection", this.#listener);
  }

  check(): void {
    if (this.#reasons.length > 0) throw new AggregateError(this.#reasons, "rejections were not handled");
  }

  stop(): void {
    process.off("unhandledRejection", this.#listener);
  }
}
