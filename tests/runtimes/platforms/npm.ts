import { output } from "./child.ts";

const NODE_OS: Readonly<Record<string, string>> = { linux: "linux", darwin: "darwin", windows: "win" };
const NODE_ARCH: Readonly<Record<string, string>> = { x86_64: "x64", aarch64: "arm64" };

/** The path of a program that an npm package has, installed into npm's own cache where it is not there yet. */
export async function npmProgram(spec: string, program: string, dir: string): Promise<string> {
  const find = `readlink -f "$(command -v ${program})"`;
  // Not from the project's directory: what lies in its node_modules would be taken first.
  return await output("npx", ["--yes", `--package=${spec}`, "--call", find], dir);
}

/** The path of Node in a version: the packages hold the real binary, not a launcher. */
export async function nodeProgram(version: string, dir: string): Promise<string> {
  const { os, arch } = Deno.build;
  return await npmProgram(`node-${NODE_OS[os] ?? os}-${NODE_ARCH[arch] ?? arch}@${version}`, "node", dir);
}
