/** Workers as Cloudflare would run them: bundled by esbuild, and run in Miniflare. Both come from npm's cache. */

import type { Job, WorkerOptions } from "./miniflare_program.ts";

/** Outside of the project's dependencies, like every tool here. */
const TOOL = ["run", "-A", "--quiet", "--no-config", "--node-modules-dir=none"];

const ESBUILD = [
  ...TOOL,
  "npm:esbuild@0.28.2",
  "--bundle",
  "--format=esm",
  "--platform=browser",
  "--conditions=workerd,worker,browser",
  "--target=es2024",
  "--log-level=warning",
];

const root = new URL("../../", import.meta.url);

/** How much of what Miniflare says before it fails is worth reading. */
const COMPLAINT = 3_000;

/** Bundles a Worker that imports the package by its published name. */
export async function bundleWorker(entry: URL, outfile: string): Promise<void> {
  const alias = `--alias:@kruise-agents/runtime=${new URL("mod.ts", root).pathname}`;
  const args = [...ESBUILD, entry.pathname, alias, `--outfile=${outfile}`];
  const { success, stderr } = await new Deno.Command(Deno.execPath(), { args, stdin: "null" }).output();
  if (!success) throw new Error(`Cannot bundle ${entry}: ${new TextDecoder().decode(stderr)}`);
}

/** Workers that run. */
export interface Workers extends AsyncDisposable {
  /** Where each answers, in the order they were given. */
  readonly urls: readonly string[];
  /** What they have logged so far. */
  log(): string;
}

/** Runs a bundled script as one or more Workers on this machine, with the compatibility that examples/worker asks for. */
export async function startWorkers(script: string, workers: readonly WorkerOptions[]): Promise<Workers> {
  const job = { script, ...await deployedWith(workers) } satisfies Job;
  const program = new URL("miniflare_program.ts", import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: [...TOOL, program, JSON.stringify(job)],
    env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1", CLOUDFLARE_CF_FETCH_ENABLED: "false" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();

  let log = "";
  const started = Promise.withResolvers<readonly string[]>();
  const take = async (stream: ReadableStream<Uint8Array>) => {
    for await (const text of stream.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)) {
      log += text;
      const urls = /^\["http.*\]\n/m.exec(log)?.[0];
      if (urls !== undefined) started.resolve(JSON.parse(urls));
    }
  };
  const over = Promise.all([take(child.stdout), take(child.stderr), child.status]);
  void over.then(() => started.reject(new Error(`Miniflare did not start\n${log.slice(-COMPLAINT)}`)));
  return {
    urls: await started.promise,
    log: () => log,
    async [Symbol.asyncDispose]() {
      await child.stdin.close();
      await over;
    },
  };
}

/** What wrangler.jsonc says. */
async function deployedWith(workers: readonly WorkerOptions[]): Promise<Omit<Job, "script">> {
  const config = await Deno.readTextFile(new URL("examples/worker/wrangler.jsonc", root));
  const compatibilityFlags: string[] = JSON.parse(/"compatibility_flags": (\[[^\]]*\])/.exec(config)![1]!);
  return {
    compatibilityDate: /"compatibility_date": "([^"]*)"/.exec(config)![1]!,
    workers: workers.map((worker) => ({ compatibilityFlags, ...worker })),
  };
}
