import type { FaultPlan } from "../../src/testing/mod.ts";

/** The daemon versions that the local runtime can be. */
export const VERSIONS = ["0.2.10", "0.6.13"] as const;

/** One thing done through a proxy that breaks it. It survives JSON, so that it can be replayed. */
export interface FaultCase {
  /** What is done, by its name. */
  readonly scenario: string;
  readonly version: typeof VERSIONS[number];
  /** How many bytes of content and output there are. */
  readonly size: number;
  /** Whether a connection is there that was used before: some engines send again over another what that one loses. */
  readonly warm?: boolean;
  /** What goes wrong with the first request, the second and so on; `{}`: nothing. */
  readonly faults: readonly FaultPlan[];
}

/** The client's limit for a request where an answer stalls for longer; elsewhere it is out of reach. */
export const SHORT_LIMIT_MS = 500;
const NO_LIMIT_MS = 60_000;
/** Longer than the short limit, by more than a busy machine needs. */
export const LONG_STALL_MS = 2_500;

/** Longer than anything waits: the end of the case ends it. */
export const ENDLESS_STALL_MS = 3_600_000;

/** Whether a plan only delays or splits: nothing may come of it but the right result. */
export function isHarmless({ match: _, count: __, stallAfterBytes: ___, ...plan }: FaultPlan): boolean {
  const { stallMs = 0, bytesPerSecond: _b, splitWrites: _s, ...rest } = plan;
  return stallMs < SHORT_LIMIT_MS && Object.values(rest).every((value) => value === undefined || value === false);
}

/** Whether an answer stalls for longer than the client waits. */
export function isStall({ stallMs = 0 }: FaultPlan): boolean {
  return stallMs >= SHORT_LIMIT_MS;
}

/** Whether an answer does not come before all is over. */
export function isEndless({ stallMs = 0 }: FaultPlan): boolean {
  return stallMs >= ENDLESS_STALL_MS;
}

/** What the client of a case has as `requestTimeoutMs`. */
export function limitOf({ faults }: FaultCase): number {
  return faults.some(isStall) ? SHORT_LIMIT_MS : NO_LIMIT_MS;
}
