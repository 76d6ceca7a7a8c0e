import { mkdir } from "node:fs/promises";
import type { SandboxError } from "../../../mod.ts";
import { CASES } from "../../conformance/cases.ts";
import { CheckError } from "../../conformance/check.ts";
import { watched } from "../surfaced.ts";
import type { Scenario } from "../scenario.ts";

/** A portable case as a scenario: `case: <name>`. */
export function portable(name: string): Scenario | undefined {
  const found = CASES.find((item) => name === `case: ${item.name}`);
  if (found === undefined) return undefined;
  return {
    name,
    async run({ sandbox, dir, own }) {
      await mkdir(`${dir}/case`);
      const seen: SandboxError[] = [];
      try {
        await found.run(watched(sandbox, seen), { dir: `${dir}/case`, unique: crypto.randomUUID(), own });
      } catch (error) {
        // Something is not as it should be, and the case was told why.
        if (error instanceof CheckError && error.cause === undefined) error.cause = seen[0];
        throw error;
      }
    },
  };
}
