import { SandboxError } from "../../../mod.ts";
import { linkSignals } from "../client/linked_signal.ts";
import type { Sandbox, SandboxClaim } from "../types.ts";
import { claimedOf, replicasOf } from "./claim_errors.ts";
import { notUsable, runningSandbox } from "./running_sandbox.ts";
import { CLAIM_NAME_LABEL, RESERVED_FAILED_LABEL } from "./sandbox_fields.ts";
import { ownerOf, titleOf } from "./sandbox_keys.ts";
import { sandboxState } from "./sandbox_state.ts";
import type { Search } from "./search.ts";

/** The running sandboxes of a claim; an error where they are fewer than wanted. */
export async function sandboxesOf(claim: SandboxClaim, wanted: number, search: Search): Promise<Sandbox[]> {
  const found = await listSandboxes(claim, search);
  // Of those that were claimed, some may be deleted since, or given back to their pool.
  if (found.length < wanted) throw tooFewLeft(claim, found.length, wanted);
  const running = found.filter(isRunning);
  if (running.length >= wanted) return running;
  if (!search.waitReady) throw notUsable(found.find((sandbox) => !isRunning(sandbox))!);
  return await waitForEnough(found, wanted, search);
}

/** Waits for sandboxes until enough of them run, or too few can. */
async function waitForEnough(found: readonly Sandbox[], wanted: number, search: Search): Promise<Sandbox[]> {
  const decided = new AbortController();
  const { signal } = search.limits();
  const { signal: either, unlink } = linkSignals([...(signal ? [signal] : []), decided.signal]);
  const limits = () => ({ ...search.limits(), signal: either });
  let running = 0;
  let spare = found.length - wanted;
  try {
    const ends = await Promise.allSettled(found.map(async (sandbox) => {
      try {
        const now = await runningSandbox(sandbox, { ...search, limits });
        if (++running === wanted) decided.abort();
        return now;
      } catch (error) {
        if (--spare < 0) decided.abort(error);
        throw error;
      }
    }));
    if (running >= wanted) return ends.flatMap((end) => end.status === "fulfilled" ? [end.value] : []);
    throw ends.find((end) => end.status === "rejected")!.reason;
  } finally {
    unlink();
  }
}

/** What the platform delivered to a claim, and not to an older one of the same name. */
async function listSandboxes({ metadata }: SandboxClaim, { kube, limits }: Search): Promise<Sandbox[]> {
  const labelSelector = `${CLAIM_NAME_LABEL}=${metadata.name},${RESERVED_FAILED_LABEL}!=true`;
  const found: Sandbox[] = [];
  for await (const sandbox of kube.sandboxes(metadata.namespace).listAll({ ...limits(), labelSelector })) {
    if (ownerOf(sandbox) === metadata.uid) found.push(sandbox);
  }
  return found;
}

function isRunning(sandbox: Sandbox): boolean {
  return sandboxState(sandbox).state === "running";
}

function tooFewLeft(claim: SandboxClaim, left: number, wanted: number): SandboxError {
  const count = `it has ${left} ${left === 1 ? "sandbox" : "sandboxes"} left, and ${wanted} are wanted`;
  return new SandboxError(`Cannot use ${titleOf("claim", claim)}: ${count}`, {
    code: "claim_incomplete",
    hint: left === 0 ? "Make another claim" : "Pass minReplicas where fewer will do, or make another claim",
  });
}

/** The error of a claim that the platform still works on, for who does not wait. */
export function claimUnfinished(claim: SandboxClaim): SandboxError {
  const count = `${claimedOf(claim)} of ${replicasOf(claim)} sandboxes`;
  return new SandboxError(`Cannot use ${titleOf("claim", claim)}: it has ${count} so far`, {
    code: "claim_incomplete",
    retryable: true,
    hint: "Wait for it with waitForClaim, or pass waitReady, which waits for that",
  });
}
