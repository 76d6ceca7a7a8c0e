/** The cases of the transport, run on an engine against servers in this process. */

import type { Outcome } from "../../runtimes/job.ts";
import { bundleFile } from "../../runtimes/platforms/bundle.ts";
import { outcomesOf } from "../../runtimes/platforms/child.ts";
import type { Engine } from "./case.ts";
import { TRANSPORT_CASES } from "./cases.ts";
import { type Stage, startStage } from "./stage.ts";

/** The work of one program. */
export interface TransportJob {
  readonly stage: Stage;
  readonly engine: Engine;
  /** The names of the cases to run. */
  readonly cases: readonly string[];
}

/** An engine, and the program that it is given. */
export interface TransportEngine {
  readonly name: Engine;
  /** The path of its executable. */
  readonly command: string;
  /**
   * The path of the program, where the engine takes it as a bundle.
   *
   * @default {TRANSPORT_PROGRAM}
   */
  readonly program?: string | undefined;
}

/** The program, for engines that read TypeScript. */
export const TRANSPORT_PROGRAM: string = new URL("./program.ts", import.meta.url).pathname;

/** Makes the bundle for a version of Node that cannot read TypeScript, and gives its path. */
export async function bundleTransportProgram(dir: string, target: string): Promise<string> {
  // What is CommonJS in it asks for Node's own modules by this.
  const banner = 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';
  const options = ["--platform=node", `--target=${target}`, `--banner:js=${banner}`];
  return await bundleFile(TRANSPORT_PROGRAM, `${dir}/kube_transport.mjs`, ...options);
}

/** Runs the cases whose names are wanted. */
export async function* transportOutcomes(
  { name, command, program = TRANSPORT_PROGRAM }: TransportEngine,
  wanted: (name: string) => boolean = () => true,
): AsyncGenerator<Outcome> {
  await using running = await startStage();
  const cases = TRANSPORT_CASES.map((item) => item.name).filter(wanted);
  if (cases.length === 0) return;
  const job: TransportJob = { stage: running.stage, engine: name, cases };
  const flags = name === "deno" ? ["run", "--quiet", "--no-prompt", "-A"] : [];
  yield* outcomesOf(command, [...flags, program, JSON.stringify(job)], job);
  const strayed = running.strayed();
  yield { name: "no request goes elsewhere", ms: 0, ...(strayed > 0 && { error: `${strayed} did` }) };
}
