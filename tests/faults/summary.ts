import type { FaultReport } from "./run_fault_case.ts";

/** How many plans came true, how the cases ended, and what took longest. */
export function summary(reports: readonly FaultReport[], ms: number): string {
  const struck = reports.filter(({ struck }) => struck.length > 0).length;
  const ends = counted(reports.map(({ end }) => end));
  const faults = counted(reports.flatMap(({ struck }) => struck.flatMap(({ plan }) => kindsOf(plan))));
  const [longest] = reports.toSorted((a, b) => b.ms - a.ms);
  return [
    `${reports.length} plans in ${Math.round(ms / 1000)} s; ${struck} came true`,
    `ends: ${ends}`,
    `faults: ${faults}`,
    `longest: ${Math.round(longest?.ms ?? 0)} ms, ${JSON.stringify(longest?.case)}`,
  ].join("\n");
}

function kindsOf(plan: object): string[] {
  return Object.keys(plan).filter((name) => !["match", "count", "stallAfterBytes"].includes(name));
}

function counted(words: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a).map(([word, count]) => `${word} ${count}`).join(", ");
}
