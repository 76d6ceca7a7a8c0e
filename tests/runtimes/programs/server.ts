/** Runs a job on Deno, Bun or Node: the job is the last argument, each outcome a line of JSON. */

import process from "node:process";
import { type Job, runJob } from "../job.ts";

const job: Job = JSON.parse(process.argv.at(-1)!);
for await (const outcome of runJob(job)) console.log(JSON.stringify(outcome));
