/** Makes a directory in which everything runs: bundles of the sides, and both packages as npm installs them. */

import { output } from "./child.ts";

const deno = Deno.execPath();
const here = (file: string) => new URL(file, import.meta.url).pathname;
const E2B = "e2b@2.51.0";

/**
 * Bundles the programs, so that every runtime runs the same and no loader shares the process with what is measured. The
 * packages that are left out are those of a runtime, or what `install` brings.
 */
export async function bundle(
  programs: readonly string[],
  dir: string,
  leftOut: readonly string[] = [],
): Promise<void> {
  const files = programs.map((program) => here(`${program}.ts`));
  await output({ command: [deno, "cache", "--quiet", ...files] });
  const esbuild = ["run", "-A", "--quiet", "--no-config", "--node-modules-dir=none", "npm:esbuild@0.28.2"];
  const options = ["--bundle", "--platform=node", "--format=esm", "--target=node20", "--log-level=warning"];
  options.push(...leftOut.map((name) => `--external:${name}`));
  await output({ command: [deno, ...esbuild, ...files, ...options, `--outbase=${here(".")}`, `--outdir=${dir}`] });
}

/** Installs what is measured as a package: `e2b`, and this client packed as it is published to npm. */
export async function install(wanted: { e2b: boolean; client: boolean }, dir: string): Promise<void> {
  await Deno.writeTextFile(`${dir}/package.json`, JSON.stringify({ private: true, type: "module" }));
  // Deno takes packages from node_modules, as the others do.
  await Deno.writeTextFile(`${dir}/deno.json`, JSON.stringify({ nodeModulesDir: "manual", lock: false }));
  const packages: string[] = [];
  if (wanted.e2b) packages.push(E2B);
  if (wanted.client) {
    const tarball = `${dir}/client.tgz`;
    // As `deno task npm` packs it: source maps would be two thirds of what an import reads.
    const pack = ["pack", "--quiet", "--allow-dirty", "--no-source-maps", "--output", tarball];
    await output({ command: [deno, ...pack], cwd: here("..") });
    packages.push(tarball);
  }
  if (packages.length === 0) return;
  const flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  await output({ command: ["npm", "install", ...flags, ...packages], cwd: dir });
}
