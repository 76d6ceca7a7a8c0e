import { mkdir } from "node:fs/promises";
import { CASES } from "../../conformance/cases.ts";
import type { Scenario } from "../scenario.ts";

/** A portable case as a scenario: `case: <name>`. */
export function portable(name: string): Scenario | undefined {
  const found = CASES.find((item) => name === `case: ${item.name}`);
  if (found === undefined) return undefined;
  return {
    name,
    async run({ sandbox, dir, own }) {
      await mkdir(`${dir}/case`);
      await found.run(sandbox, { dir: `${dir}/case`, unique: crypto.randomUUID(), own });
    },
  };
}
