import { RuntimeClient, type RuntimeClientOptions } from "../../mod.ts";
import { type LocalRuntimeOptions, startLocalRuntime } from "../../src/local/mod.ts";

/** A local runtime in a home of its own; the jobs in it are ended with it. */
export interface Box extends AsyncDisposable {
  readonly home: string;
  readonly url: string;
  /** A client that knows nothing of the others. */
  client(options?: RuntimeClientOptions): RuntimeClient;
  /** The file of a journal. */
  path(id: string, name: string): string;
  /** Ends the runtime and starts it anew at the same place, as a daemon that is restarted. */
  restart(): Promise<void>;
}

/** Starts one. */
export async function startBox(options: LocalRuntimeOptions = {}): Promise<Box> {
  const home = options.home ?? await Deno.makeTempDir({ prefix: "jobs-" });
  let runtime = await startLocalRuntime({ ...options, home });
  const { url, token } = runtime;
  return {
    home,
    url,
    client: (more = {}) => new RuntimeClient({ ...runtime.clientOptions(), ...more }),
    path: (id, name) => `${home}/.kruise/jobs/${id}/${name}`,
    async restart() {
      await runtime.close();
      runtime = await startLocalRuntime({ ...options, home, token, port: Number(new URL(url).port) });
    },
    async [Symbol.asyncDispose]() {
      const { jobs } = new RuntimeClient(runtime.clientOptions());
      for (const { id } of await jobs.list()) {
        const job = await jobs.get(id);
        await job.kill({ graceMs: 0 }).catch(() => {});
      }
      await runtime.close();
      await Deno.remove(home, { recursive: true });
    },
  };
}

/** Everything a stream gives. */
export async function bytesOf(stream: ReadableStream<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer());
}

/** Everything a stream gives, as text. */
export async function textOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  return new TextDecoder().decode(await bytesOf(stream));
}
