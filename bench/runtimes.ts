/** Finds the runtimes and knows how each starts one of these programs. */

import type { Runtime } from "./rows.ts";

/** A command line up to the program's own arguments. */
export type Launch = (program: string) => readonly [command: string, ...args: string[]];

const here = (file: string) => new URL(file, import.meta.url).pathname;
const deno = Deno.execPath();

/** Runs a program to its end and answers what it printed. */
export async function output(command: string, ...args: string[]): Promise<string> {
  const child = new Deno.Command(command, { args, stdout: "piped", stderr: "inherit" });
  const { success, stdout } = await child.output();
  if (!success) throw new Error(`Failed: ${[command, ...args].join(" ")}`);
  return new TextDecoder().decode(stdout);
}

/** The version that a command says it has, or undefined where there is none: Deno stands in for a missing Node, and says so. */
async function version(command: string): Promise<string | undefined> {
  try {
    return /^v?(\d\S*)/.exec(await output(command, "--version"))?.[1];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/**
 * Those of the runtimes that are there; says which, and which not.
 *
 * Node gets bundles, which it can run as they are: a loader that strips types would share the process with what is measured.
 */
export async function findRuntimes(wanted: Iterable<Runtime>, bundles: string): Promise<Map<Runtime, Launch>> {
  const found = new Map<Runtime, Launch>();
  for (const runtime of wanted) {
    if (runtime === "deno") {
      console.log(`deno ${Deno.version.deno}`);
      found.set(runtime, (program) => [deno, "run", "-A", "--quiet", here(`${program}.ts`)]);
      continue;
    }
    const have = await version(runtime);
    if (have === undefined) {
      console.log(`${runtime}: skipped, no \`${runtime}\` on the PATH`);
    } else if (runtime === "node" && Number.parseInt(have) < 20) {
      console.log(`node: skipped, version ${have} is older than 20`);
    } else {
      console.log(`${runtime} ${have}`);
      found.set(
        runtime,
        (program) => runtime === "node" ? ["node", `${bundles}/${program}.js`] : ["bun", here(`${program}.ts`)],
      );
    }
  }
  return found;
}

/** Installs what the programs import, and bundles them where Node is to run them. */
export async function prepare(programs: readonly string[], bundles: string | undefined): Promise<void> {
  const files = programs.map((program) => here(`${program}.ts`));
  await output(deno, "cache", "--quiet", ...files);
  if (bundles === undefined) return;
  const esbuild = ["run", "-A", "--quiet", "--no-config", "--node-modules-dir=none", "npm:esbuild@0.28.2"];
  const options = ["--bundle", "--platform=node", "--format=esm", "--target=node20", "--log-level=warning"];
  await output(deno, ...esbuild, ...files, ...options, `--outdir=${bundles}`);
}
