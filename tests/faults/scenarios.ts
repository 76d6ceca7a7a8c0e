/** Everything that is done through a proxy that breaks it. */

import { CASES } from "../conformance/cases.ts";
import type { Scenario } from "./scenario.ts";
import { commands } from "./scenarios/commands.ts";
import { ending } from "./scenarios/ending.ts";
import { filesRead } from "./scenarios/files_read.ts";
import { filesWrite } from "./scenarios/files_write.ts";
import { metadata } from "./scenarios/metadata.ts";
import { portable } from "./scenarios/portable.ts";
import { processes } from "./scenarios/processes.ts";

const OWN = [...commands, ...ending, ...processes, ...filesRead, ...filesWrite, ...metadata];

/** Those that look at everything; by their names. */
export const OWN_NAMES: readonly string[] = OWN.map(({ name }) => name);
/**
 * Those that are portable cases under a fault; by their names. To `health`, "not now" is an answer and no error, and
 * what goes to more than the daemon passes the proxy by.
 */
export const PORTABLE_NAMES: readonly string[] = CASES.filter(({ name, direct = false }) =>
  name !== "health" && !direct
)
  .map(({ name }) => `case: ${name}`);

/** The scenario of a name. */
export function scenarioOf(name: string): Scenario {
  const scenario = OWN.find((scenario) => scenario.name === name) ?? portable(name);
  if (scenario === undefined) throw new TypeError(`Cannot run ${JSON.stringify(name)}: there is no such scenario`);
  return scenario;
}
