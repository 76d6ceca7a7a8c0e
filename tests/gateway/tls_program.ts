/** Runs a TLS job on Deno, Bun or Node: the job is the last argument, each outcome a line of JSON. */

import { lookup } from "node:dns/promises";
import process from "node:process";
import type { Fetch } from "../../mod.ts";
import { described, type Outcome } from "../runtimes/job.ts";
import { nodeFetch } from "./node_fetch.ts";
import { type Means, TLS_CASES, type TlsJob } from "./tls_job.ts";

const job: TlsJob = JSON.parse(process.argv.at(-1)!);

/** As the users of each engine make a `fetch` that trusts one authority more. */
async function trusting(ca: string): Promise<Fetch> {
  if ("Deno" in globalThis) {
    const client = Deno.createHttpClient({ caCerts: [ca] });
    return (input, init) => fetch(input, { ...init, client } as RequestInit);
  }
  if ("Bun" in globalThis) return (input, init) => fetch(input, { ...init, tls: { ca } } as RequestInit);
  const { Agent, fetch: undici } = await import("undici");
  const dispatcher = new Agent({ connect: { ca } });
  return (input, init) => undici(input as string, { ...init, dispatcher } as never) as never;
}

/** Names below `localhost` resolve on some systems, and always in Bun. */
async function finding(ca: string): Promise<Fetch | undefined> {
  if ("Bun" in globalThis) return undefined;
  const { hostname } = new URL(`https://x.${job.parent}`);
  const found = await lookup(hostname).then(() => true, () => false);
  return found ? undefined : nodeFetch({ ca, address: "127.0.0.1" });
}

const means: Means = { trusting: await trusting(job.ca), finding: await finding(job.ca) };
for (const name of job.cases) {
  const started = performance.now();
  const ended = await TLS_CASES.find((item) => item.name === name)!.run(job, means)
    .then(() => ({}), (error) => ({ error: described(error) }));
  const outcome: Outcome = { name, ms: performance.now() - started, ...ended };
  console.log(JSON.stringify(outcome));
}
