/** Makes the part of README.md about runtimes out of a run. */

import { LIMITS } from "./limits.ts";
import type { Platform, PlatformName } from "./platforms/platform.ts";

/** What a platform is put through: the cases on a local runtime as each version, and through gateways with TLS. */
export const LEGS = ["0.2.10", "0.6.13", "tls"] as const;

/** One of them. */
export type Leg = typeof LEGS[number];

/** A version that a local runtime can be. */
export type Version = Exclude<Leg, "tls">;

/** What a platform came to on a leg. */
export interface Tally {
  readonly name: PlatformName;
  readonly leg: Leg;
  /** Cases that passed. */
  readonly cases: number;
  /** Cases, and what is checked after them. */
  readonly passed: number;
  readonly failed: number;
}

const NO_SERVERS: readonly PlatformName[] = ["workerd", "miniflare", "chromium"];

/** Whether a platform is put through a leg. Only servers can be told whom to trust; Miniflare is workerd once more. */
export function hasLeg(name: PlatformName, leg: Leg): boolean {
  if (leg === "tls") return !NO_SERVERS.includes(name);
  return name !== "miniflare" || leg === "0.2.10";
}

const TITLES: Readonly<Record<Leg, string>> = {
  "0.2.10": "envd 0.2.10",
  "0.6.13": "envd 0.6.13",
  "tls": "TLS to a gateway, private CA",
};

const BEGIN = "<!-- what runs where: made by `deno task runtimes --write` -->";
const END = "<!-- end of what runs where -->";

/** README.md with the table of a run in which nothing failed. */
export function withTable(
  readme: string,
  platforms: ReadonlyMap<PlatformName, Platform>,
  tallies: readonly Tally[],
  cases: number,
): string {
  const [from, to] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`Cannot find "${BEGIN}" and "${END}" in README.md`);
  return `${readme.slice(0, from)}${BEGIN}\n\n${tableOf(platforms, tallies, cases)}\n\n${readme.slice(to)}`;
}

function tableOf(
  platforms: ReadonlyMap<PlatformName, Platform>,
  tallies: readonly Tally[],
  cases: number,
): string {
  const names = [...platforms.keys()];
  const head = [`of ${cases} cases`, ...names.map((name) => shortened(platforms.get(name)!.title)), "where not"];
  const passed = LEGS.map((leg) => [
    TITLES[leg],
    ...names.map((name) => {
      const tally = tallies.find((tally) => tally.name === name && tally.leg === leg);
      return tally === undefined ? "" : leg === "tls" ? "yes" : `${tally.cases}`;
    }),
    leg === "tls" ? "only servers can be told whom to trust" : "",
  ]);
  const limits = LIMITS.map(({ capability, missing, reason }) => [
    capability,
    ...names.map((name) => missing.includes(name) ? "no" : "yes"),
    reason,
  ]);
  return [head, head.map(() => "---"), ...passed, ...limits].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** A name with as much of its version as one would say. */
function shortened(title: string): string {
  return title.replace(/(\.\d+)\..*/, "$1");
}
