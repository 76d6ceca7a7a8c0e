/** Makes the page of documentation out of a run. */

import { limitOf, LIMITS } from "./limits.ts";
import type { Platform, PlatformName } from "./platforms/platform.ts";

/** The versions that a local runtime can be. */
export const VERSIONS = ["0.2.10", "0.6.13"] as const;

/** What a run came to. */
export interface Tally {
  readonly name: PlatformName;
  readonly version: typeof VERSIONS[number];
  readonly passed: number;
  readonly failed: number;
}

/** The page. */
export function document(
  platforms: ReadonlyMap<PlatformName, Platform>,
  tallies: readonly Tally[],
  cases: readonly string[],
): string {
  const figure = (name: PlatformName, version: Tally["version"]) => {
    const { passed, failed } = tallies.find((tally) => tally.name === name && tally.version === version)!;
    return failed === 0 ? `${passed} passed` : `${passed} passed, **${failed} failed**`;
  };
  const ran = [...platforms].map(([name, { title, how }]) => {
    const left = cases.filter((item) => limitOf(name, item) !== undefined).length;
    return [title, how, ...VERSIONS.map((version) => figure(name, version)), `${left}`];
  });
  const limits = LIMITS.map(({ capability, missing, reason, cases }) => [
    capability,
    missing.map((name) => platforms.get(name)!.title.replace(/ .*/, "")).join(", "),
    reason,
    cases.join("; "),
  ]);
  return `# Runtimes

<!-- Made by \`deno task runtimes --write\`. -->

The same cases (\`tests/conformance/\`, and \`tests/runtimes/platform_cases.ts\` for what platforms do differently) run on
every platform, against the local runtime as each version of envd.

${table(["platform", "how it gets the source", ...VERSIONS.map((version) => `envd ${version}`), "left out"], ran)}

A case that a platform cannot pass, whatever a client does, is left out there:

${table(["it takes that", "not so on", "what that means", "cases"], limits)}
`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
