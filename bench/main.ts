/**
 * Compares the client with `fetch` loops written by hand and with npm's `e2b`, on each runtime, in interleaved rounds, every run in a fresh
 * process.
 *
 * deno task bench [--runtime deno,bun,node] [--rows info,stdout,…] [--side client,raw,json,e2b] [--rounds 5] [--memory] [--cpu]
 *                 [--write] [--profile <row>]
 *
 * `--cpu` compares the time of the processor instead of the clock's, which is steadier on a machine that does other things. `--memory` answers everything from memory, also what starts real processes otherwise. `--write` puts the tables into README.md.
 * `--profile` does one row once and says where the time went; it takes one `--runtime` and one `--side`.
 */

import { output, serve, type Service } from "./child.ts";
import { bundle, install } from "./install.ts";
import type { Sample } from "./measure.ts";
import { type Options, readOptions } from "./options.ts";
import { profile } from "./profile.ts";
import type { Row, Side } from "./rows.ts";
import { argumentsOf, findRuntime, type Found } from "./runtimes.ts";
import { type Measured, table, write } from "./table.ts";

const options = readOptions(Deno.args);
const started = performance.now();

function progress(text: string): void {
  console.error(`${((performance.now() - started) / 1000).toFixed(0).padStart(4)} s  ${text}`);
}

/** Where each server answers. */
type Urls = Readonly<Record<Row["server"], string>>;

/** Work that says a figure of its own keeps it. */
const OWN_FIGURE = /^(first-byte|idle)$/;

async function sample({ launch }: Found, row: Row, side: Side, urls: Urls): Promise<Sample> {
  if (row.work === "import") {
    return JSON.parse(await output(launch("sides/import", [side === "client" ? "@kruise-agents/runtime" : "e2b"])));
  }
  const args = argumentsOf(row, urls[row.server]);
  return JSON.parse(await output(launch(`sides/${side}`, args, { gc: row.work === "idle" })));
}

/** One round of a row: all sides one after the other, another one first each time. */
async function round(found: Found, { row, samples }: Measured, urls: Urls, number: number): Promise<void> {
  const sides = options.sides.filter((side) => row.sides.includes(side));
  const first = number % Math.max(sides.length, 1);
  const seen = new Set<number>();
  for (const side of [...sides.slice(first), ...sides.slice(0, first)]) {
    const taken = await sample(found, row, side, urls);
    seen.add(taken.seen);
    const byCpu = options.cpu && !OWN_FIGURE.test(row.work);
    (samples[side] ??= []).push(byCpu ? { ...taken, figure: taken.cpuMs } : taken);
  }
  if (seen.size > 1) throw new Error(`Cannot compare "${row.name}": the sides saw ${[...seen].join(" and ")}`);
}

async function compare(founds: readonly Found[], urls: Urls, { rows, rounds }: Options): Promise<void> {
  const measured = new Map(
    founds.map((found) => [found, rows.map((row): Measured => ({ row, samples: {} }))] as const),
  );
  for (let number = 0; number < rounds; number++) {
    for (const [found, all] of measured) {
      for (const of of all) {
        progress(`round ${number + 1} of ${rounds}, ${found.title}, ${of.row.title}`);
        await round(found, of, urls, number);
      }
    }
  }
  for (const [found, all] of measured) {
    const text = table(found.runtime, all);
    console.log(`\n### ${found.title}\n\n${text}`);
    if (options.write) await write(found, text, rounds);
  }
}

const dir = await Deno.makeTempDir();
try {
  const { rows, sides } = options;
  const e2b = sides.includes("e2b");
  const imported = rows.some(({ work }) => work === "import");
  progress("installing and bundling");
  await install({ e2b, client: imported }, dir);
  await bundle(["server/main", "server/local", "sides/import", ...sides.map((side) => `sides/${side}`)], dir);
  const founds: Found[] = [];
  for (const runtime of options.runtimes) founds.push(await findRuntime(runtime, dir));
  // The servers run on Node where there is one; the same ones for all.
  const host = await findRuntime("node", dir).catch(() => findRuntime("deno", dir));
  const start = (program: string): Promise<Service> => serve(host.launch(program, []));
  await using memory = await start("server/main");
  await using local = await start("server/local");
  const urls = { ...JSON.parse(memory.line), ...JSON.parse(local.line) } as Urls;
  progress(`the servers run on ${host.title}`);
  if (options.profile === undefined) await compare(founds, urls, options);
  else await profile(founds[0]!, options.profile, sides[0]!, urls[options.profile.server], dir);
} finally {
  await Deno.remove(dir, { recursive: true });
}
