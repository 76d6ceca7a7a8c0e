import type { Job, Outcome } from "../job.ts";
import { bundle } from "./bundle.ts";
import { output, start } from "./child.ts";
import { npmProgram } from "./npm.ts";
import type { Platform } from "./platform.ts";

/** How many requests a Worker has at a time. */
const AT_ONCE = 4;

/** Longer than any case: then the Worker itself hangs. */
const REQUEST_MS = 90_000;

/** No Node compatibility. A Worker reaches this machine only where it is let. */
const CONFIG = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "cases", worker = (
      modules = [(name = "worker.js", esModule = embed "worker.js")],
      compatibilityDate = "2026-01-01",
      globalOutbound = "loopback",
    )),
    (name = "loopback", network = (allow = ["local"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "cases")],
);
`;

/** workerd, which Cloudflare Workers run on. */
export async function workerd(dir: string): Promise<Platform> {
  const command = await npmProgram("workerd@1", "workerd", dir);
  await bundle("worker", dir, "--platform=browser", "--conditions=workerd,worker,browser", "--target=es2024");
  const config = `${dir}/workerd.capnp`;
  await Deno.writeTextFile(config, CONFIG);
  return {
    title: await output(command, ["--version"]),
    how: "bundled by esbuild; a request for each case, four at a time with one client",
    run: (job) => outcomes(command, config, job),
  };
}

async function* outcomes(command: string, config: string, job: Job): AsyncGenerator<Outcome> {
  // It writes the port it got to the file that the flag names: its standard output.
  const child = start(command, ["serve", "--control-fd=1", config]);
  try {
    const { value, done } = await child.lines.next();
    if (done) throw new Error(`workerd did not start\n${await child.complaints}`);
    const { port }: { port: number } = JSON.parse(value);
    const url = `http://127.0.0.1:${port}/`;
    for (let i = 0; i < job.cases.length; i += AT_ONCE) {
      const names = job.cases.slice(i, i + AT_ONCE);
      yield* await Promise.all(names.map((name) => inRequest(url, { ...job, cases: [name] })));
    }
    yield await givenUp(`${url}list`, job);
  } finally {
    await child.stop();
    await child.lines.return(undefined);
  }
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
