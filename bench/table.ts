/** Makes figures of samples, and tables of figures. */

import type { Sample } from "./measure.ts";
import type { Row, Runtime, Side } from "./rows.ts";
import type { Found } from "./runtimes.ts";
import { verdicts } from "./verdicts.ts";

/** A row, and its samples on one runtime, round by round. */
export interface Measured {
  readonly row: Row;
  readonly samples: Partial<Record<Side, Sample[]>>;
}

/** What several rounds say. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export function spread(values: readonly number[]): Spread | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  if (sorted.length === 0) return undefined;
  const half = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
  return { median, min: sorted[0]!, max: sorted.at(-1)! };
}

/** The client's figures as multiples of another side's, round by round. */
export function ratio({ samples }: Measured, side: Side): Spread | undefined {
  const [ours, theirs] = [samples.client ?? [], samples[side] ?? []];
  return spread(ours.flatMap(({ figure }, round) => theirs[round] === undefined ? [] : figure / theirs[round].figure));
}

/** The median of the peaks of memory. */
export function peakOf({ samples }: Measured, side: Side): number | undefined {
  return spread((samples[side] ?? []).flatMap(({ peakMib }) => peakMib ?? []))?.median;
}

/** The median of what the work added to what was resident. */
export function growthOf({ samples }: Measured, side: Side): number | undefined {
  return spread((samples[side] ?? []).flatMap(({ growthMib }) => growthMib ?? []))?.median;
}

const NONE = "–";

function figure({ row, samples }: Measured): string {
  const middle = spread((samples.client ?? []).map(({ figure }) => figure))?.median;
  if (middle === undefined) return NONE;
  return `${middle.toFixed(middle < 10 ? 1 : 0)} ${row.work === "idle" ? "KiB" : "ms"}`;
}

function multiple(of: Spread | undefined): string {
  return of === undefined ? NONE : `${of.median.toFixed(2)} (${of.min.toFixed(2)}–${of.max.toFixed(2)})`;
}

const whole = (value: number | undefined) => value?.toFixed(0) ?? NONE;

/** The peaks of all, and how much of the client's the work took. */
function memory(measured: Measured): string {
  // A thousand streams are their own figure, and an import is over before there is one.
  if (/idle|import/.test(measured.row.work)) return NONE;
  const growth = growthOf(measured, "client");
  const added = growth === undefined ? "" : ` (+${whole(growth)})`;
  const [client, raw, json, e2b] = (["client", "raw", "json", "e2b"] as const).map((side) =>
    whole(peakOf(measured, side))
  );
  return `${client}${added} · ${raw} · ${json} · ${e2b}`;
}

/** The table of one runtime. */
export function table(runtime: Runtime, all: readonly Measured[]): string {
  const head = ["work", "client", "÷ raw", "÷ raw JSON", "÷ e2b", "peak MiB: client (+), raw, JSON, e2b", "held to"];
  const lines = all.map((measured) => [
    measured.row.title,
    figure(measured),
    multiple(ratio(measured, "raw")),
    multiple(ratio(measured, "json")),
    multiple(ratio(measured, "e2b")),
    memory(measured),
    verdicts(runtime, measured).join(", "),
  ]);
  return [head, head.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** Puts a table into README.md, in the place of that runtime's last one. */
export async function write({ runtime, title }: Found, text: string, rounds: number): Promise<void> {
  const file = new URL("README.md", import.meta.url);
  const [begin, end] = [`<!-- begin ${runtime} -->`, `<!-- end ${runtime} -->`];
  const readme = await Deno.readTextFile(file);
  const [from, to] = [readme.indexOf(begin), readme.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`README.md has no place for ${runtime}: ${begin} … ${end}`);
  const date = new Date().toISOString().slice(0, 10);
  const made = `${begin}\n\n### ${title}, ${date}, ${rounds} rounds\n\n${text}\n\n`;
  await Deno.writeTextFile(file, readme.slice(0, from) + made + readme.slice(to));
  await new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", file.pathname] }).spawn().status;
}
