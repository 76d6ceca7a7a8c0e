import type { Job, Outcome } from "../job.ts";
import { output, start } from "./child.ts";
import { npmProgram } from "./npm.ts";
import type { Platform } from "./platform.ts";
import { bundleWorker, outcomesOfWorker } from "./worker_cases.ts";

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

/** workerd, which Cloudflare Workers run on. No Node compatibility. */
export async function workerd(dir: string): Promise<Platform> {
  const command = await npmProgram("workerd@1", "workerd", dir);
  await bundleWorker(dir);
  const config = `${dir}/workerd.capnp`;
  await Deno.writeTextFile(config, CONFIG);
  return {
    title: await output(command, ["--version"]),
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
    yield* outcomesOfWorker(`http://127.0.0.1:${port}/`, job);
  } finally {
    await child.stop();
    await child.lines.return(undefined);
  }
}
