/** Runs a job in a Worker that answers at a URL: a request for each case, some at a time with one client. */

import type { Job, Outcome } from "../job.ts";
import { bundle } from "./bundle.ts";

/** How many requests a Worker has at a time. */
const AT_ONCE = 4;

/** Longer than any case: then the Worker itself hangs. */
const REQUEST_MS = 90_000;

/** Bundles the Worker, and gives the path of its script. */
export async function bundleWorker(dir: string): Promise<string> {
  return await bundle("worker", dir, "--platform=browser", "--conditions=workerd,worker,browser", "--target=es2024");
}

/** Runs a job in the Worker. */
export async function* outcomesOfWorker(url: string, job: Job): AsyncGenerator<Outcome> {
  for (let i = 0; i < job.cases.length; i += AT_ONCE) {
    const names = job.cases.slice(i, i + AT_ONCE);
    yield* await Promise.all(names.map((name) => inRequest(url, { ...job, cases: [name] })));
  }
  yield await givenUp(new URL("list", url).href, job);
}

/** A request whose caller went away while it asked for the token that all share does not hold up the next. */
async function givenUp(url: string, job: Job): Promise<Outcome> {
  const name = "a request that is given up does not hold up the next";
  const gone = new AbortController();
  const first = post(url, job, gone.signal).catch(() => {});
  setTimeout(() => gone.abort(), 100);
  await first;
  const started = performance.now();
  const next = await post(url, job, AbortSignal.timeout(REQUEST_MS)).then(
    () => ({}),
    (error) => ({ error: `${error}` }),
  );
  return { name, ms: performance.now() - started, ...next };
}

async function inRequest(url: string, job: Job): Promise<Outcome> {
  const started = performance.now();
  try {
    return await post(url, job, AbortSignal.timeout(REQUEST_MS)) as Outcome;
  } catch (error) {
    return { name: job.cases[0]!, ms: performance.now() - started, error: `${error}` };
  }
}

async function post(url: string, job: Job, signal: AbortSignal): Promise<unknown> {
  const response = await fetch(url, { method: "POST", body: JSON.stringify(job), signal });
  if (!response.ok) throw new Error(`HTTP ${response.status}: ${await response.text()}`);
  return await response.json();
}
