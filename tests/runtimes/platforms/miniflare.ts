import { startWorkers } from "../../examples/miniflare.ts";
import type { Job, Outcome } from "../job.ts";
import type { Platform } from "./platform.ts";
import { bundleWorker, outcomesOfWorker } from "./worker_cases.ts";

/** Miniflare, which Workers are developed with: workerd with the compatibility that examples/worker is deployed with. */
export async function miniflare(dir: string): Promise<Platform> {
  const script = await bundleWorker(await Deno.makeTempDir({ dir }));
  return { title: "Miniflare 4", run: (job) => outcomes(script, job) };
}

async function* outcomes(script: string, job: Job): AsyncGenerator<Outcome> {
  await using workers = await startWorkers(script, [{ bindings: {} }]);
  yield* outcomesOfWorker(workers.urls[0]!, job);
}
