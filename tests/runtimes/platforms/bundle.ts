import { output } from "./child.ts";

/** Outside of the project's dependencies, like every tool here. */
const ESBUILD = ["run", "-A", "--quiet", "--no-config", "--node-modules-dir=none", "npm:esbuild@0.28.2"];

/** The path of one of the programs. */
export function programPath(program: string): string {
  return new URL(`../programs/${program}.ts`, import.meta.url).pathname;
}

/** Bundles a program into one file, and gives its path. */
export async function bundle(program: string, dir: string, ...options: string[]): Promise<string> {
  return await bundleFile(programPath(program), `${dir}/${program}.js`, ...options);
}

/** Bundles a file and all it imports into one, and gives its path. */
export async function bundleFile(file: string, outfile: string, ...options: string[]): Promise<string> {
  const common = ["--bundle", "--format=esm", "--log-level=warning", `--outfile=${outfile}`];
  await output(Deno.execPath(), [...ESBUILD, file, ...common, ...options]);
  return outfile;
}
