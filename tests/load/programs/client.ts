/**
 * Does one load to a runtime, in a process of its own: the job is its argument, and it says a line of JSON for each
 * thing that happens. It begins when it is told a line. When it is told another one it must end by itself: nothing of
 * the client's may keep it.
 */

import process from "node:process";
import { RuntimeClient } from "../../../mod.ts";
import { seeded } from "../../streams/random.ts";
import type { Job, News } from "../job.ts";
import { nothingListed } from "../load.ts";
import { loadOf } from "../loads/mod.ts";
import { sequence } from "../loads/sequence.ts";

/** So often is told how far it is. */
const PROGRESS_MS = 500;
/** Runs that come before anything is measured. */
const WARM_UP = 30;

const job: Job = JSON.parse(process.argv[2]!);

function tell(news: News): void {
  console.log(JSON.stringify(news));
}

/** Waits for a line. At the end of input nobody waits for this program any more. */
async function told(): Promise<void> {
  const gone = () => process.exit(1);
  process.stdin.resume().once("end", gone);
  await new Promise((resolve) => process.stdin.once("data", resolve));
  process.stdin.off("end", gone).pause();
}

process.on("SIGINT", () => {});
const sandbox = new RuntimeClient({ sandboxBaseUrl: job.url, runtimeToken: job.token });
const random = seeded(job.seed);
try {
  await sequence.run(sandbox, WARM_UP, { random, progress: () => {} });
  tell({ type: "ready" });
  await told();
  let last = performance.now();
  const progress = (done: number) => {
    if (performance.now() - last < PROGRESS_MS) return;
    last = performance.now();
    tell({ type: "progress", done });
  };
  await loadOf(job.load, job.factor).run(sandbox, job.count, { random, progress });
  await nothingListed(sandbox);
  if (!await sandbox.health()) throw new Error("The runtime is not well");
  tell({ type: "done" });
  await told();
  process.stdin.destroy();
} catch (error) {
  tell({ type: "failed", error: error instanceof Error ? error.stack ?? String(error) : String(error) });
  process.exit(1);
}
