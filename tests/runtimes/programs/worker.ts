/**
 * Runs a job in a Worker, each case in a request of its own: what belongs to a request ends with it. The client is one
 * for all requests, as in Workers that keep theirs in a global.
 */

import { isSandboxError, RuntimeClient } from "../../../mod.ts";
import { clientOf, described, type Job, runNamed } from "../job.ts";

let sandbox: RuntimeClient | undefined;

/** Of a client whose token takes a moment, as one from a secret store does. */
let patient: RuntimeClient | undefined;

/** What nobody handles. */
const unhandled = new Map<Promise<unknown>, unknown>();
addEventListener("unhandledrejection", ({ promise, reason }) => void unhandled.set(promise, reason));

// workerd tells of its own errors before it looks for who handles them, even of `try { await reader.read() } catch`, and
// takes that back at once. Ours must have somebody from the start.
addEventListener("rejectionhandled", ({ promise }) => {
  if (!isSandboxError(unhandled.get(promise))) unhandled.delete(promise);
});

/** Uses a client whose token is asked for: the first request can be given up meanwhile. */
async function list(job: Job): Promise<Response> {
  const runtimeToken = async () => {
    await new Promise((resolve) => setTimeout(resolve, 500));
    return job.token;
  };
  patient ??= new RuntimeClient({ sandboxBaseUrl: job.url, runtimeToken });
  return Response.json(await patient.commands.list());
}

async function answer(request: Request): Promise<Response> {
  const job: Job = await request.json();
  if (new URL(request.url).pathname === "/list") return await list(job);
  sandbox ??= clientOf(job);
  const outcome = await runNamed(sandbox, job.cases[0]!, job.faults);
  const missed = [...unhandled.values()].map((reason) => `unhandled: ${described(reason)}`);
  unhandled.clear();
  if (missed.length === 0) return Response.json(outcome);
  return Response.json({ ...outcome, error: [outcome.error ?? [], ...missed].flat().join("\n") });
}

const worker: { fetch(request: Request): Promise<Response> } = { fetch: answer };

// What a module Worker exports.
export { worker as default };
