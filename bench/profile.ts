/** Does one row once under the runtime's profiler, and says where the time went: by function, and by the file it stands in. */

import { output } from "./child.ts";
import type { Row, Side } from "./rows.ts";
import { argumentsOf, type Found } from "./runtimes.ts";

/** As much of a .cpuprofile as is read. */
interface Profile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  readonly children?: readonly number[];
}

const SHOWN = 25;

/** Which file of the repository each line of a bundle was made of: esbuild says so in a comment. */
function filesOf(bundle: string): string[] {
  let file = "";
  return bundle.split("\n").map((line) => file = /^\/\/ (\S+\.[mc]?[jt]s)$/.exec(line)?.[1] ?? file);
}

async function name({ callFrame }: ProfileNode, files: Map<string, string[]>): Promise<string> {
  const { functionName, url, lineNumber } = callFrame;
  const called = functionName || "(anonymous)";
  if (!url.startsWith("file:")) return url === "" ? called : `${called}  ${url}`;
  let lines = files.get(url);
  if (lines === undefined) files.set(url, lines = filesOf(await Deno.readTextFile(new URL(url))));
  const short = (lines[lineNumber] || url).replace(/^.*node_modules\//, "");
  return `${called}  ${short}`;
}

/** The microseconds that each function took itself, and with all that it called. */
async function sums({ nodes, samples, timeDeltas }: Profile): Promise<Record<"self" | "total", Map<string, number>>> {
  const files = new Map<string, string[]>();
  const names = new Map<number, string>();
  for (const node of nodes) names.set(node.id, await name(node, files));
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  const [self, total] = [new Map<string, number>(), new Map<string, number>()];
  const add = (to: Map<string, number>, key: string, us: number) => to.set(key, (to.get(key) ?? 0) + us);
  samples.forEach((id, index) => {
    const us = timeDeltas[index] ?? 0;
    add(self, names.get(id)!, us);
    // Once each, however deep a function calls itself.
    const stack = new Set<string>();
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) stack.add(names.get(at)!);
    for (const called of stack) add(total, called, us);
  });
  return { self, total };
}

function print(title: string, of: Map<string, number>): void {
  const all = [...of].sort(([, a], [, b]) => b - a).slice(0, SHOWN);
  console.log(`\n${title}`);
  for (const [called, us] of all) console.log(`${(us / 1000).toFixed(1).padStart(9)} ms  ${called}`);
}

/** Profiles one run. The profile itself is kept, to be opened in a browser's developer tools. */
export async function profile(found: Found, row: Row, side: Side, url: string, dir: string): Promise<void> {
  if (!row.sides.includes(side)) throw new TypeError(`Cannot profile "${row.name}" of ${side}: it cannot do that`);
  const profileDir = await Deno.makeTempDir({ prefix: "bench_profile_" });
  const [program, args] = row.work === "import"
    ? ["sides/import", [side === "client" ? "@kruise-agents/runtime" : "e2b"]]
    : [`sides/${side}`, argumentsOf(row, url)];
  const sample = await output(found.launch(program, args, { profileDir, gc: row.work === "idle" }));
  console.log(`${row.title}: ${side} on ${found.title}\n${sample.replaceAll(dir, "")}`);
  for await (const { name } of Deno.readDir(profileDir)) {
    const { self, total } = await sums(JSON.parse(await Deno.readTextFile(`${profileDir}/${name}`)));
    print("In the function itself:", self);
    print("With all that it called:", total);
    console.log(`\n${profileDir}/${name}`);
  }
}
