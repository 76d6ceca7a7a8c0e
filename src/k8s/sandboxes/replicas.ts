import { checkNumber } from "../../errors/checks.ts";

/** What fits the API's integers. */
const MOST = 2 ** 31 - 1;

/** Checks a number of sandboxes. Throws a `TypeError` or a `RangeError`. */
export function checkReplicas(replicas: number, least: number): number {
  checkNumber("replicas", replicas);
  if (Number.isInteger(replicas) && replicas >= least && replicas <= MOST) return replicas;
  throw new RangeError(`Cannot use ${replicas} as replicas: pass an integer from ${least} to ${MOST}`);
}
