/** Deno, Bun and Node: each runs a program of its own. */

import type { Job } from "../job.ts";
import { bundle, programPath } from "./bundle.ts";
import { outcomesOf, output } from "./child.ts";
import { nodeProgram, npmProgram } from "./npm.ts";
import type { Platform } from "./platform.ts";

const SOURCE = programPath("server");

/** This very Deno. The program may reach the sandbox and the faulty servers, and nothing else. */
export function deno(): Platform {
  const flags = ["run", "--quiet", "--no-prompt"];
  return {
    title: `Deno ${Deno.version.deno}`,
    run: (job) => outcomesOf(Deno.execPath(), [...flags, allowNet(job), SOURCE, JSON.stringify(job)], job),
  };
}

function allowNet({ url, faults }: Job): string {
  return `--allow-net=${[url, ...Object.values(faults)].map((url) => new URL(url).host).join()}`;
}

/** Bun, which reads the source as it is. */
export async function bun(dir: string): Promise<Platform> {
  const command = await npmProgram("bun@1", "bun", dir);
  return program(command, SOURCE, `Bun ${await output(command, ["--version"])}`);
}

/** A Node that strips types by itself. */
export async function node(version: string, dir: string): Promise<Platform> {
  const command = await nodeProgram(version, dir);
  return program(command, SOURCE, await nodeTitle(command));
}

/** A Node that cannot read TypeScript: it gets a bundle. */
export async function olderNode(version: string, dir: string): Promise<Platform> {
  const command = await nodeProgram(version, dir);
  const file = await bundle("server", dir, "--platform=node", `--target=node${version}`);
  return program(command, file, await nodeTitle(command));
}

async function nodeTitle(command: string): Promise<string> {
  return `Node ${(await output(command, ["--version"])).replace(/^v/, "")}`;
}

function program(command: string, file: string, title: string): Platform {
  return { title, run: (job) => outcomesOf(command, [file, JSON.stringify(job)], job) };
}
