/**
 * Runs Workers in Miniflare until its standard input ends. It is a program of its own, so that Miniflare stays out of
 * the project's dependencies. Its argument is a {@linkcode Job}; it prints an array of URLs, then what the Workers log.
 */

/** One Worker. */
export interface WorkerOptions {
  /** Its variables and secrets. */
  readonly bindings: Readonly<Record<string, string>>;
  /** What of workerd is switched on; absent: what examples/worker is deployed with. */
  readonly compatibilityFlags?: readonly string[];
}

/** What to run. */
export interface Job {
  /** The bundled script that all Workers run. */
  readonly script: string;
  readonly compatibilityDate: string;
  readonly workers: readonly WorkerOptions[];
}

/** What is used of Miniflare. */
interface Miniflare {
  readonly ready: Promise<URL>;
  dispose(): Promise<void>;
}

// Not a literal: the project's own type check and installation know nothing of it.
const source = "npm:miniflare@4";
const { Miniflare }: { Miniflare: new (options: Record<string, unknown>) => Miniflare } = await import(source);

const { script, workers, compatibilityDate }: Job = JSON.parse(Deno.args[0]!);
const modules = [{ type: "ESModule", path: "worker.js", contents: await Deno.readTextFile(script) }];
const running = workers.map((worker) =>
  new Miniflare({
    ...worker,
    modules,
    compatibilityDate,
    host: "127.0.0.1",
    port: 0,
    // Nothing is reached but this machine: no description of the network is fetched, no use is reported.
    cf: false,
    telemetry: { enabled: false },
    outboundService: { network: { allow: ["local"] } },
    handleRuntimeStdio: (...streams: AsyncIterable<Uint8Array>[]) => streams.forEach((stream) => void pass(stream)),
  })
);

async function pass(stream: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const bytes of stream) await Deno.stdout.write(bytes);
}

const urls = await Promise.all(running.map(({ ready }) => ready));
console.log(JSON.stringify(urls));
// Who started it may be gone without a word.
for await (const _ of Deno.stdin.readable);
await Promise.all(running.map((miniflare) => miniflare.dispose()));
