/** Runs cases against one API server, and says how they ended. */

import { isSandboxError, type KubeStatusError } from "../../../mod.ts";
import { isForbidden } from "../../../src/k8s/mod.ts";
import { type KubeCase, type Right, runCase, type Target } from "./case.ts";

/** How a case ended: with neither of the two, it passed. */
export interface CaseOutcome {
  readonly name: string;
  readonly ms: number;
  /** Why it failed. */
  readonly error?: unknown;
  /** The right that the user does not have. The server said so, and the error is as it should be. */
  readonly missing?: Right;
}

/** How many cases run at a time. */
const JOBS = 4;

/** Runs cases. Of `rights`, where they are known, a case needs others exactly when it is refused. */
export async function runCases(
  target: Target,
  cases: readonly KubeCase[],
  rights?: readonly Right[],
): Promise<CaseOutcome[]> {
  const outcomes = new Map<KubeCase, CaseOutcome>();
  const waiting = cases.filter(({ alone }) => !alone);
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      outcomes.set(next, await outcomeOf(target, next, rights));
    }
  };
  await Promise.all(Array.from({ length: JOBS }, work));
  for (const one of cases.filter(({ alone }) => alone)) outcomes.set(one, await outcomeOf(target, one, rights));
  return cases.map((one) => outcomes.get(one)!);
}

async function outcomeOf(target: Target, item: KubeCase, rights: readonly Right[] | undefined): Promise<CaseOutcome> {
  const { name, needs } = item;
  const started = performance.now();
  const error = await runCase(target, item).then(() => undefined, (error) => error ?? new Error("it threw nothing"));
  const ms = performance.now() - started;
  const lacking = rights && needs.filter((need) => !allows(rights, need));
  if (error === undefined) {
    if (!lacking?.length) return { name, ms };
    return { name, ms, error: new Error(`it passed, although the user has no right to ${lacking.join(", ")}`) };
  }
  const missing = missingOf(error, lacking ?? needs);
  return missing === undefined ? { name, ms, error } : { name, ms, missing };
}

function allows(rights: readonly Right[], need: Right): boolean {
  const [verb, resource, everywhere] = need.split(" ");
  return rights.some((right) => {
    const [verbs, resources, where] = right.split(" ");
    return (verbs === "*" || verbs === verb) && (resources === "*" || resources === resource) &&
      (where === "everywhere" || everywhere === undefined);
  });
}

/** The need that an error says is missing, if it is one of them, and if it says how to get it. */
function missingOf(error: unknown, needs: readonly Right[]): Right | undefined {
  if (!isForbidden(error)) return undefined;
  const [, verb, resource] = /cannot (\S+) (?:resource|path) "([^"]+)"/.exec(error.message) ?? [];
  // Newer servers have rights to impersonate of many names.
  const missing = verb?.startsWith("impersonate")
    ? needs.find((need) => need.startsWith("impersonate"))
    : needs.find((need) => need === `${verb} ${resource}` || need === `${verb} ${resource} everywhere`);
  return missing !== undefined && isHelpful(error, verb!, resource!) ? missing : undefined;
}

function isHelpful({ hint = "", status, retryable }: KubeStatusError, verb: string, resource: string): boolean {
  const named = verb.startsWith("impersonate")
    ? hint.includes("the right to impersonate")
    : hint.startsWith(`Grant the verb "${verb}" on ${resource.startsWith("/") ? "the path " : ""}${resource}`);
  return named && status === 403 && !retryable;
}

/** An error in a few lines: its class, its code, what it says, and what is advised. */
export function described(error: unknown): string {
  if (!isSandboxError(error)) return error instanceof Error ? error.stack ?? String(error) : String(error);
  const { name, code, status, message, hint } = error;
  const codes = [code, status].filter((part) => part !== undefined).join(", ");
  return `${name} (${codes}): ${message}${hint === undefined ? "" : `\n  ${hint}`}`;
}
