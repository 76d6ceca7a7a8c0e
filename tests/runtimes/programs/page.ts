/** Runs a job in a page: the function `runJobHere` tells each outcome through the function `tell`, both global. */

import { type Job, type Outcome, runJob } from "../job.ts";

declare global {
  var tell: (outcome: Outcome) => Promise<void>;
  var runJobHere: (job: Job) => Promise<void>;
}

globalThis.runJobHere = async (job) => {
  for await (const outcome of runJob(job)) await globalThis.tell(outcome);
};
