/** Makes figures of samples, and lines of figures. */

import type { Sample } from "./measure.ts";
import type { Row, Runtime } from "./rows.ts";

/** The samples of one row on one runtime, round by round. */
export interface Samples {
  readonly raw: Sample[];
  readonly client: Sample[];
  /** Those of the longer run. */
  readonly rawLong: Sample[];
  readonly clientLong: Sample[];
}

/** The start of a row: no samples yet. */
export function noSamples(): Samples {
  return { raw: [], client: [], rawLong: [], clientLong: [] };
}

function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? sorted[half]
    : sorted.length === 0
    ? undefined
    : (sorted[half - 1]! + sorted[half]!) / 2;
}

const time = (samples: readonly Sample[]) => median(samples.map((sample) => sample.ms));
const growth = (samples: readonly Sample[]) => median(samples.flatMap((sample) => sample.growthMib ?? []));
const round = (value: number | undefined, unit = "") => value === undefined ? "–" : `${value.toFixed(0)}${unit}`;

/** A figure beside its limit, marked. */
function held(value: number | undefined, limit: number, text: (value: number) => string): string {
  return value === undefined ? "–" : `${text(value)} ≤ ${text(limit)} ${value <= limit ? "✓" : "✗"}`;
}

/** How memory moved: the growth, and for rows with a longer run how much more that one grew. */
function memory(
  row: Row,
  short: readonly Sample[],
  long: readonly Sample[],
): { text: string; judged: number | undefined } {
  const [a, b] = [growth(short), growth(long)];
  if (row.longMib === undefined) return { text: round(a, " MiB"), judged: a };
  return { text: `${round(a)} → ${round(b, " MiB")}`, judged: a === undefined || b === undefined ? undefined : b - a };
}

export const head: readonly string[] = [
  "| work | runtime | raw | client | ratio (min–max) | limit | memory, raw | memory, client | limit |",
  "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
];

/** One line of the table. */
export function line(runtime: Runtime, row: Row, samples: Samples): string {
  const ratios = samples.client.map(({ ms }, round) => ms / samples.raw[round]!.ms).toSorted((a, b) => a - b);
  const ratio = median(ratios);
  const range = ratio === undefined
    ? "–"
    : `${ratio.toFixed(2)} (${ratios[0]!.toFixed(2)}–${ratios.at(-1)!.toFixed(2)})`;
  const ours = memory(row, samples.client, samples.clientLong);
  const cells = [
    row.title,
    runtime,
    round(time(samples.raw), " ms"),
    round(time(samples.client), " ms"),
    range,
    held(ratio, row.ratio[runtime], (value) => value.toFixed(2)),
    memory(row, samples.raw, samples.rawLong).text,
    ours.text,
    held(
      ours.judged,
      row.growthMib,
      (mib) => `${row.longMib !== undefined && mib >= 0 ? "+" : ""}${mib.toFixed(0)} MiB`,
    ),
  ];
  return `| ${cells.join(" | ")} |`;
}
