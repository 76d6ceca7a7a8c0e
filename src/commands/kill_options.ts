import { checkBoolean, checkMilliseconds } from "../errors/checks.ts";
import { GRACE_MS } from "../process/end_tree.ts";
import type { KillOptions } from "./command_handle.ts";

/** The grace of a whole tree; undefined: the process alone is meant. */
export function checkKill({ tree = false, graceMs }: KillOptions): number | undefined {
  if (checkBoolean("tree", tree)) return checkMilliseconds("graceMs", graceMs ?? GRACE_MS);
  if (graceMs === undefined) return undefined;
  throw new TypeError("Cannot use graceMs without tree: true: a process alone is killed at once");
}
