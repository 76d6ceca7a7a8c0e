/** Finds the runtimes and knows how each starts a program. */

import { type Launch, output } from "./child.ts";
import type { Row, Runtime } from "./rows.ts";

/** What differs from one run of a program to the next. */
export interface RunOptions {
  /** Lets the program collect garbage. */
  readonly gc?: boolean;
  /** Where to write a profile of the processor's time. */
  readonly profileDir?: string | undefined;
}

/** A runtime that is there. */
export interface Found {
  readonly runtime: Runtime;
  readonly title: string;
  /** How to start a program with these arguments. */
  launch(program: string, args: readonly string[], options?: RunOptions): Launch;
}

const TITLES = { deno: "Deno", bun: "Bun", node: "Node" } as const;

/** For the row that opens a thousand streams: the limits of connections that Bun, and `e2b` on Node, have by default are lower. */
export const manyConnections: Readonly<Record<string, string>> = {
  BUN_CONFIG_MAX_HTTP_REQUESTS: "2000",
  E2B_ENVD_RPC_CONNECTIONS: "2000",
};

async function pathOf(runtime: Runtime, dir: string): Promise<string> {
  if (runtime === "deno") return Deno.execPath();
  const find = `readlink -f "$(command -v ${runtime})"`;
  try {
    const found = await output({ command: ["sh", "-c", find] });
    if (found !== "") return found;
  } catch {
    // Not on the PATH.
  }
  if (runtime === "bun") {
    return await output({ command: ["npx", "--yes", "--package=bun@1", "--call", find], cwd: dir });
  }
  throw new Error(`Cannot measure on ${runtime}: there is none on the PATH`);
}

function flags(runtime: Runtime, { gc, profileDir }: RunOptions): string[] {
  const list: string[] = [];
  if (runtime === "deno") list.push("run", "-A", "--quiet");
  if (gc && runtime === "deno") list.push("--v8-flags=--expose-gc");
  if (gc && runtime === "node") list.push("--expose-gc");
  if (profileDir !== undefined) list.push("--cpu-prof", `--cpu-prof-dir=${profileDir}`);
  return list;
}

/** Finds a runtime; Bun is fetched by npm where it is not on the PATH. Programs lie in `dir`. */
export async function findRuntime(runtime: Runtime, dir: string): Promise<Found> {
  const path = await pathOf(runtime, dir);
  const version = /\d[^\s(]*/.exec(await output({ command: [path, "--version"] }))?.[0];
  return {
    runtime,
    title: `${TITLES[runtime]} ${version}`,
    launch: (program, args, options = {}) => ({
      command: [path, ...flags(runtime, options), `${dir}/${program}.js`, ...args],
      cwd: dir,
      env: options.gc ? manyConnections : {},
    }),
  };
}

/** What a program is told of a row. */
export function argumentsOf({ work, of, amount, server }: Row, url: string): string[] {
  // The local runtime behaves as the older version.
  return [work, of, String(amount), url, server === "local" ? "0.2.10" : server];
}
