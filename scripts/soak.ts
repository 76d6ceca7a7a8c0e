/**
 * Puts the client under load for as long as it takes: a local runtime with all bugs of the daemon in one process, the
 * client in another. Nothing may be lost, memory stays flat, no process is left, and the runtime lives.
 *
 * deno task soak [--only concurrent,sequence,aborts,stream,flood] [--runtime deno,node] [--seed 1] [--short 0.01]
 *
 * The stream of ten minutes runs beside the others. `--short` takes so much of everything. Needs Linux for what it says
 * about memory, connections and processes.
 */

import { parseArgs } from "node:util";
import { type LoadName, LOADS } from "../tests/load/loads/mod.ts";
import { prepare, type RuntimeName, RUNTIMES, stopAll } from "../tests/load/programs.ts";
import { type Report, type Row, soak, type SoakOptions } from "../tests/load/soak.ts";

const ROWS: readonly Row[] = [
  { load: "concurrent", count: 1_000, peakMib: 384 },
  { load: "sequence", count: 5_000, peakMib: 128, riseMib: 24 },
  { load: "aborts", count: 10_000, peakMib: 192, riseMib: 48 },
  { load: "stream", count: 10, peakMib: 64, riseMib: 16 },
  { load: "flood", count: 60, peakMib: 192, riseMib: 96 },
];

const { values } = parseArgs({
  args: Deno.args,
  options: {
    only: { type: "string", default: LOADS.join() },
    runtime: { type: "string", default: "deno" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
    short: { type: "string", default: "1" },
  },
});

/** The members of a comma-separated option, each of which must be known. */
function choice<T extends string>(option: string, known: readonly T[]): T[] {
  return option.split(",").map((name) => {
    const match = known.find((candidate) => candidate === name);
    if (match === undefined) throw new TypeError(`Unknown choice "${name}": take of ${known.join(", ")}`);
    return match;
  });
}

const only = new Set<LoadName>(choice(values.only, LOADS));
const runtimes = choice<RuntimeName>(values.runtime, RUNTIMES);
const [seed, factor] = [Number(values.seed), Number(values.short)];
if (!Number.isInteger(seed)) throw new TypeError("--seed takes an integer");
if (!(factor > 0 && factor <= 1)) throw new RangeError("--short takes a number above 0, up to 1");

/** Says how far a load is: at every tenth. */
function reporter(title: string): SoakOptions["onProgress"] {
  const began = performance.now();
  const tenths = new Map<Row, number>();
  return (row, done, count) => {
    const tenth = Math.floor(10 * done / count);
    if (tenth <= (tenths.get(row) ?? 0)) return;
    tenths.set(row, tenth);
    const seconds = ((performance.now() - began) / 1000).toFixed();
    console.error(`${title}, ${row.load}: ${Math.floor(done)} of ${count} after ${seconds} s`);
  };
}

const HEAD = `| what | runtime | time | client: peak | its late rise | runtime: peak | result |
| --- | --- | --- | --- | --- | --- | --- |`;

function line(title: string, { unit, count, seconds, client, rise, runtime, problems }: Report): string {
  const mib = (growth: number) =>
    Number.isNaN(growth) ? "" : `${growth > -0.5 ? "+" : "−"}${Math.abs(growth).toFixed()} MiB`;
  const result = problems.length === 0 ? "✓" : `✗ ${problems.map((problem) => problem.split("\n")[0]).join("; ")}`;
  const figures = [`${seconds.toFixed()} s`, ...[client, rise, runtime].map(mib)];
  return `| ${[`${count.toLocaleString("en")} ${unit}`, title, ...figures, result].join(" | ")} |`;
}

let stopped = false;
const stop = () => {
  stopped = true;
  void stopAll();
};
const SIGNALS = ["SIGINT", "SIGTERM"] as const;
for (const signal of SIGNALS) Deno.addSignalListener(signal, stop);
const dir = await Deno.makeTempDir();
try {
  console.error(`seed ${seed}`);
  const reports: { readonly title: string; readonly report: Report }[] = [];
  const run = async (title: string, row: Row, options: SoakOptions) => {
    const report = await soak(row, options);
    reports.push({ title, report });
    if (!stopped) { for (const problem of report.problems) console.error(`${title}, ${row.load}: ${problem}`); }
  };
  const prepared = [];
  for (const name of runtimes) {
    const { title, launch } = await prepare(name, dir);
    prepared.push({ title, options: { launch, seed, factor, onProgress: reporter(title) } });
  }
  const rows = ROWS.filter(({ load }) => only.has(load));
  const streams = rows.filter(({ load }) => load === "stream");
  const beside = prepared.flatMap(({ title, options }) => streams.map((row) => run(title, row, options)));
  for (const { title, options } of prepared) {
    for (const row of rows) if (row.load !== "stream" && !stopped) await run(title, row, options);
  }
  await Promise.all(beside);
  if (stopped) {
    console.error("stopped");
    Deno.exitCode = 130;
  } else {
    console.log(HEAD);
    for (const row of rows) {
      for (const { title, report } of reports) if (report.row === row) console.log(line(title, report));
    }
    if (reports.some(({ report }) => report.problems.length > 0)) Deno.exitCode = 1;
  }
} finally {
  for (const signal of SIGNALS) Deno.removeSignalListener(signal, stop);
  await Deno.remove(dir, { recursive: true });
}
