/** Holds the figures to the limits of their row. */

import type { Runtime } from "./rows.ts";
import { growthOf, type Measured, peakOf, ratio } from "./table.ts";

const marked = (held: boolean, text: string) => `${text} ${held ? "✓" : "**✗**"}`;

/** Each limit that can be judged, and whether the median keeps it. */
export function verdicts(runtime: Runtime, measured: Measured): string[] {
  const { raw, e2b, e2bPeak, growthMib } = measured.row.limits;
  const said: string[] = [];
  const beside = { raw: ratio(measured, "raw"), e2b: ratio(measured, "e2b") };
  if (raw !== undefined && beside.raw !== undefined) said.push(marked(beside.raw.median <= raw, `raw ≤ ${raw}`));
  if (beside.e2b !== undefined) {
    const { median, min } = beside.e2b;
    const limit = typeof e2b === "object" ? e2b[runtime] : e2b;
    if (limit === "ahead") said.push(marked(median < 1, "e2b < 1"));
    else if (limit === "in spread") said.push(marked(min <= 1, "e2b ≤ 1 in the spread"));
    else said.push(marked(median <= limit, `e2b ≤ ${limit.toFixed(2)}`));
  }
  const [ours, theirs] = [peakOf(measured, "client"), peakOf(measured, "e2b")];
  if (e2bPeak !== undefined && ours !== undefined && theirs !== undefined) {
    said.push(marked(ours < theirs * e2bPeak, `peak < ${e2bPeak} × e2b's`));
  }
  const growth = growthOf(measured, "client");
  if (growthMib !== undefined && growth !== undefined) said.push(marked(growth <= growthMib, `+ ≤ ${growthMib} MiB`));
  return said;
}
