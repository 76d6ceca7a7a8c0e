/** Deno, Bun and Node: each runs a program of its own. */

import { TLS_PROGRAM, type TlsEngine, tlsOutcomes } from "../../gateway/tls_leg.ts";
import { bundleTransportProgram, type TransportEngine, transportOutcomes } from "../../k8s/transport/leg.ts";
import type { Job, Outcome } from "../job.ts";
import { bundle, bundleFile, programPath } from "./bundle.ts";
import { outcomesOf, output } from "./child.ts";
import { nodeProgram, npmProgram } from "./npm.ts";
import type { Platform } from "./platform.ts";

const SOURCE = programPath("server");

/** This very Deno. The program may reach this machine, which the sandbox and the faulty servers are on, and nothing else. */
export function deno(dir: string): Platform {
  const flags = ["run", "--quiet", "--no-prompt"];
  return {
    title: `Deno ${Deno.version.deno}`,
    run: (job) => outcomesOf(Deno.execPath(), [...flags, allowNet(job), SOURCE, JSON.stringify(job)], job),
    tls: (wanted) => secureOutcomes({ name: "deno", command: Deno.execPath() }, dir, wanted),
  };
}

function allowNet({ url, faults }: Job): string {
  return `--allow-net=${[...new Set([url, ...Object.values(faults)].map((url) => new URL(url).hostname))].join()}`;
}

/** Bun, which reads the source as it is. */
export async function bun(dir: string): Promise<Platform> {
  const command = await npmProgram("bun@1", "bun", dir);
  return program({ name: "bun", command }, SOURCE, `Bun ${await output(command, ["--version"])}`, dir);
}

/** A Node that strips types by itself. */
export async function node(version: string, dir: string): Promise<Platform> {
  const command = await nodeProgram(version, dir);
  return program({ name: "node", command }, SOURCE, await nodeTitle(command), dir);
}

/** A Node that cannot read TypeScript: it gets a bundle. */
export async function olderNode(version: string, dir: string): Promise<Platform> {
  const command = await nodeProgram(version, dir);
  const options = ["--platform=node", `--target=node${version}`];
  const file = await bundle("server", dir, ...options);
  // undici is a CommonJS package, which asks for Node's modules by a function that ES modules lack.
  const require = `import { createRequire } from "node:module"; const require = createRequire(import.meta.url);`;
  const engine = {
    name: "node",
    command,
    program: await bundleFile(TLS_PROGRAM, `${dir}/tls.mjs`, ...options, `--banner:js=${require}`),
  } as const;
  const kube = { ...engine, program: await bundleTransportProgram(dir, `node${version}`) };
  return program(engine, file, await nodeTitle(command), dir, kube);
}

/** TLS to gateways, and to API servers. */
async function* secureOutcomes(
  engine: TlsEngine,
  dir: string,
  wanted: (name: string) => boolean,
  kube: TransportEngine = engine,
): AsyncGenerator<Outcome> {
  yield* tlsOutcomes(engine, dir, wanted);
  yield* transportOutcomes(kube, wanted);
}

async function nodeTitle(command: string): Promise<string> {
  return `Node ${(await output(command, ["--version"])).replace(/^v/, "")}`;
}

function program(engine: TlsEngine, file: string, title: string, dir: string, kube?: TransportEngine): Platform {
  return {
    title,
    run: (job) => outcomesOf(engine.command, [file, JSON.stringify(job)], job),
    tls: (wanted) => secureOutcomes(engine, dir, wanted, kube),
  };
}
