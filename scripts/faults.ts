/**
 * Runs the client through a proxy that breaks things, by plans that fast-check makes, on Deno, Bun and Node.
 *
 *     deno task faults [--plans 10000] [--seed n] [--jobs 16]    many
 *     deno task faults --seed n --path p                         one again
 *     deno task faults --plan '{"scenario":…}' [--times 100]     one as it is written
 */

import process from "node:process";
import { parseArgs } from "node:util";
import { campaign, caseAt, described, repeated } from "../tests/faults/campaign.ts";
import type { FaultCase } from "../tests/faults/fault_case.ts";
import type { FaultReport } from "../tests/faults/run_fault_case.ts";
import { summary } from "../tests/faults/summary.ts";

const { values } = parseArgs({
  options: {
    plans: { type: "string", default: "10000" },
    seed: { type: "string" },
    path: { type: "string" },
    plan: { type: "string" },
    times: { type: "string", default: "1" },
    jobs: { type: "string", default: "16" },
  },
});

function integer(name: "plans" | "seed" | "jobs" | "times", fallback: number = NaN): number {
  const value = values[name] === undefined ? fallback : Number(values[name]);
  if (!Number.isSafeInteger(value)) throw new TypeError(`Cannot use ${values[name]} as --${name}: pass an integer`);
  return value;
}

async function again(fault: FaultCase, seed: number, path: string): Promise<boolean> {
  const { reports, failure } = await repeated(fault, integer("times"), integer("jobs"));
  if (failure !== undefined) console.log(described({ seed, path, report: failure }));
  else if (reports.length === 1) console.log(JSON.stringify(reports[0], undefined, 2));
  else console.log(summary(reports, reports.reduce((sum, { ms }) => sum + ms, 0)));
  return failure === undefined;
}

async function many(seed: number): Promise<boolean> {
  const plans = integer("plans");
  console.log(`${plans} plans from seed ${seed}`);
  const started = performance.now();
  let shown = started;
  const onReport = (_: FaultReport, done: number) => {
    if (performance.now() - shown < 10_000) return;
    shown = performance.now();
    console.log(`${done} of ${plans}, ${Math.round((shown - started) / 1000)} s`);
  };
  const { reports, failure } = await campaign({ plans, seed, jobs: integer("jobs"), onReport });
  console.log(summary(reports, performance.now() - started));
  if (failure !== undefined) console.log(described(failure));
  return failure === undefined;
}

const seed = integer("seed", Math.floor(Math.random() * 2 ** 31));
const good = values.plan !== undefined
  ? await again(JSON.parse(values.plan) as FaultCase, seed, "none")
  : values.path !== undefined
  ? await again(caseAt(seed, values.path), seed, values.path)
  : await many(seed);
process.exitCode = good ? 0 : 1;
