/**
 * Measures what lasts and what is live: jobs, terminals, watching. Each row is done in a fresh process, against a local
 * runtime in another one, all on Deno and on Linux.
 *
 * deno run -A bench/live.ts [--rows job-read,pty-echo,…] [--rounds 3] [--amount <for the rows>] [--write]
 *
 * `--write` puts the table into README.md. It judges nothing by its exit code: timings are no test.
 */

import { parseArgs } from "node:util";
import { output, serve } from "./child.ts";
import { median } from "./live/median.ts";
import { type Figures, type LiveRow, liveRows } from "./live/rows.ts";

const { values } = parseArgs({
  args: Deno.args,
  options: {
    rows: { type: "string", default: liveRows.map(({ name }) => name).join() },
    rounds: { type: "string", default: "3" },
    amount: { type: "string" },
    write: { type: "boolean", default: false },
  },
});
const chosen = values.rows.split(",").map((name) => {
  const row = liveRows.find((row) => row.name === name);
  if (row === undefined) throw new TypeError(`Unknown row "${name}": take of ${liveRows.map(({ name }) => name)}`);
  return row;
});
if (values.write && (chosen.length < liveRows.length || values.amount !== undefined)) {
  throw new TypeError("--write takes all rows: leave out --rows and --amount");
}

const README = new URL("README.md", import.meta.url);
const program = (name: string) => new URL(name, import.meta.url).pathname;
const deno = (flags: readonly string[], name: string, ...args: readonly string[]): [string, ...string[]] => [
  Deno.execPath(),
  "run",
  "-A",
  "--quiet",
  ...flags,
  program(name),
  ...args,
];

async function once({ name, amount }: LiveRow): Promise<Figures> {
  await using runtime = await serve({ command: deno([], "server/local.ts") });
  const { local, pid }: { local: string; pid: number } = JSON.parse(runtime.line);
  const args = [name, values.amount ?? String(amount), local, String(pid)];
  return JSON.parse(await output({ command: deno(["--v8-flags=--expose-gc"], "live/work.ts", ...args) }));
}

function shown(value: number): string {
  return value.toFixed(value < 10 ? 2 : 0);
}

function line({ title, limit }: LiveRow, rounds: readonly Figures[]): string {
  const names = Object.keys(rounds[0]!);
  const all = names.map((name) => rounds.map((figures) => figures[name]!));
  const cells = names.map((name, i) =>
    `${shown(median(all[i]!))} ${name} (${shown(Math.min(...all[i]!))}–${shown(Math.max(...all[i]!))})`
  );
  const verdict = limit === undefined ? "–" : `≤ ${limit} ${median(all[0]!) <= limit ? "✓" : "**✗**"}`;
  return `| ${title} | ${cells.join(", ")} | ${verdict} |`;
}

const lines = ["| work | median (least–most) | held to |", "| --- | --- | --- |"];
for (const row of chosen) {
  const rounds: Figures[] = [];
  for (let i = 0; i < Number(values.rounds); i++) rounds.push(await once(row));
  lines.push(line(row, rounds));
  console.log(lines.at(-1));
}

if (values.write) {
  const [begin, end] = ["<!-- begin live -->", "<!-- end live -->"];
  const readme = await Deno.readTextFile(README);
  const [from, to] = [readme.indexOf(begin), readme.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`README.md has no place for the table: ${begin} … ${end}`);
  const date = new Date().toISOString().slice(0, 10);
  const made = `${begin}\n\nDeno ${Deno.version.deno}, ${date}, ${values.rounds} rounds\n\n${lines.join("\n")}\n\n`;
  await Deno.writeTextFile(README, readme.slice(0, from) + made + readme.slice(to));
  await output({ command: [Deno.execPath(), "fmt", "--quiet", README.pathname] });
}
