/** Makes tables of what `./k8s` took. */

import type { Found } from "../runtimes.ts";
import { spread } from "../table.ts";
import type { InformerSample, ListSample } from "./work.ts";

/** What was measured on one runtime, round by round. */
export interface Samples {
  readonly client: ListSample[];
  readonly bare: ListSample[];
  /** The informer with so many changes, and with twice as many: with garbage collected on the way, and left alone. */
  readonly once: InformerSample[];
  readonly twice: InformerSample[];
  readonly onceRun: InformerSample[];
  readonly twiceRun: InformerSample[];
}

/** What a list may take beside the loop. */
const MOST_RATIO = 1.5;
/** What twice the changes may take of the heap, beside once. */
const MOST_GROWTH = 1.1;

const NONE = "–";

function shown(values: readonly (number | null)[], digits: number): string {
  const of = spread(values.filter((value) => value !== null));
  if (of === undefined) return NONE;
  return `${of.median.toFixed(digits)} (${of.min.toFixed(digits)}–${of.max.toFixed(digits)})`;
}

function middle(values: readonly (number | null)[]): string {
  return spread(values.filter((value) => value !== null))?.median.toFixed(0) ?? NONE;
}

function held(values: readonly number[], most: number): string {
  return `≤ ${most} ${spread(values)!.median <= most ? "✓" : "**✗**"}`;
}

function rows(head: readonly string[], lines: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** The client's figures as multiples of the loop's, round by round. */
function ratios({ client, bare }: Samples, figure: "ms" | "cpuMs"): number[] {
  return client.map((sample, round) => sample[figure] / bare[round]![figure]);
}

function total(samples: readonly InformerSample[], of: "made" | "told"): string {
  return samples.reduce((sum, sample) => sum + sample[of], 0).toLocaleString("en");
}

/** All that was measured. */
type All = readonly (readonly [Found, Samples])[];

function listTable(all: All): string {
  const head = [
    "`listAll`",
    "client",
    "÷ loop, clock",
    "÷ loop, processor",
    "peak MiB: client (+) · loop (+)",
    "asked",
  ];
  const lines = all.map(([{ title }, samples]) => {
    const { client, bare } = samples;
    const memory = [client, bare].map((side) =>
      `${middle(side.map(({ peakMib }) => peakMib))} (+${middle(side.map(({ growthMib }) => growthMib))})`
    );
    return [
      title,
      `${middle(client.map(({ ms }) => ms))} ms`,
      shown(ratios(samples, "ms"), 2),
      shown(ratios(samples, "cpuMs"), 2),
      memory.join(" · "),
      held(ratios(samples, "ms"), MOST_RATIO),
    ];
  });
  return rows(head, lines);
}

function informerTable(all: All, changes: number): string {
  const pair = [changes, 2 * changes].map((count) => count.toLocaleString("en")).join(" · ");
  const head = [
    "informer, in MiB",
    "alive, synced",
    `most alive, ${pair} changes`,
    "alive after them",
    "resident, more than before",
    "changes told",
    "alive, twice ÷ once",
  ];
  const lines = all.map(([{ title }, { once, twice, onceRun, twiceRun }]) => {
    const runs = [...once, ...twice, ...onceRun, ...twiceRun];
    const growth = twice.map(({ most }, round) => most! / once[round]!.most!);
    return [
      title,
      shown(once.map(({ synced }) => synced), 0),
      [once, twice].map((samples) => shown(samples.map(({ most }) => most), 0)).join(" · "),
      [once, twice].map((samples) => shown(samples.map(({ after }) => after), 0)).join(" · "),
      [onceRun, twiceRun].map((samples) => `+${middle(samples.map(({ risenMib }) => Math.max(0, risenMib ?? 0)))}`)
        .join(
          " · ",
        ),
      `${total(runs, "told")} of ${total(runs, "made")}`,
      `${shown(growth, 2)}, ${held(growth, MOST_GROWTH)}`,
    ];
  });
  return rows(head, lines);
}

/** What can be measured. */
export type KubeRow = "list" | "informer";

/** The tables of all runtimes. */
export const tables: Readonly<Record<KubeRow, (all: All, changes: number) => string>> = {
  list: listTable,
  informer: informerTable,
};
