/** Runs the cases on Deno, Bun or Node: the job is the last argument, each outcome a line of JSON. */

import process from "node:process";
import { described, type Outcome } from "../../runtimes/job.ts";
import { TRANSPORT_CASES } from "./cases.ts";
import type { TransportJob } from "./leg.ts";

const { stage, engine, cases }: TransportJob = JSON.parse(process.argv.at(-1)!);

for (const name of cases) {
  const started = performance.now();
  const ended = await TRANSPORT_CASES.find((item) => item.name === name)!.run(stage, engine)
    .then(() => ({}), (error) => ({ error: described(error) }));
  const outcome: Outcome = { name, ms: performance.now() - started, ...ended };
  console.log(JSON.stringify(outcome));
}
