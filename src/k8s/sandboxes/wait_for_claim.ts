import { TimeoutError } from "../../../mod.ts";
import type { KubeClient } from "../client/kube_client.ts";
import type { KubeCallOptions, SandboxClaim } from "../types.ts";
import { claimedOf, claimIncomplete, claimMissing, replicasOf } from "./claim_errors.ts";
import { isMissing } from "./missing.ts";
import type { ObjectRef } from "./object_ref.ts";
import { phaseOf } from "./sandbox_fields.ts";
import { type Subject, subjectOf } from "./subject.ts";
import { type Failing, type Verdict, waitForObject, type Wanted } from "./wait_for_object.ts";

/** Longer than the platform tries if a claim does not say otherwise (1 minute), so that its own verdict comes first. */
const DEFAULT_MS = 120_000;

/**
 * Waits until a claim has all its sandboxes.
 *
 * The phase `Completed` is not enough: a claim whose time is over has it, too. It takes the rights `get` and `watch` to
 * this one claim. Where it ends in vain, the error's message has the phase, the conditions, the controllers' message
 * and, if the right to `list` events is there, the latest events of the claim.
 *
 * @param kube The client.
 * @param target Which claim.
 * @param options Signal, and the limit of the whole wait, which is 120,000 ms here if none is given.
 * @returns The claim. Its sandboxes have its name as the label `agents.kruise.io/claim-name`.
 *
 * @throws {TypeError | RangeError} When there can be no such name.
 * @throws {KubeStatusError} `kube_status`: there is no such claim (`isNotFound`).
 * @throws {SandboxError} `claim_incomplete`: it is completed or deleted, and has too few sandboxes.
 * @throws {TimeoutError} `wait_timeout`: the limit has run out.
 *
 * @example What could be claimed is given back if it is not enough
 * ```ts
 * import { type KubeClient, releaseClaim, waitForClaim } from "@kruise-agents/runtime/k8s";
 * import { isSandboxError } from "@kruise-agents/runtime";
 *
 * async function allOrNothing(kube: KubeClient, name: string): Promise<void> {
 *   try {
 *     await waitForClaim(kube, { name });
 *   } catch (error) {
 *     if (isSandboxError(error, "claim_incomplete")) await releaseClaim(kube, { name });
 *     throw error;
 *   }
 * }
 * ```
 */
export async function waitForClaim(
  kube: KubeClient,
  target: ObjectRef,
  options: KubeCallOptions = {},
): Promise<SandboxClaim> {
  const subject = subjectOf<SandboxClaim>(kube, target, "sandboxclaims");
  try {
    return await waitForObject(subject, options, new WantedClaim(subject));
  } catch (error) {
    throw isMissing(error, subject.name) ? claimMissing("wait for", subject, error) : error;
  }
}

class WantedClaim implements Wanted<SandboxClaim> {
  readonly defaultMs = DEFAULT_MS;
  readonly #title: string;

  constructor({ title }: Subject<SandboxClaim>) {
    this.#title = title;
  }

  judge({ object, isGone }: { object: SandboxClaim; isGone: boolean }, first: SandboxClaim): Verdict<SandboxClaim> {
    const title = this.#title;
    if (object.metadata.uid !== first.metadata.uid) {
      return {
        fail: (report) => claimIncomplete(first, title, "it was deleted, and another one has its name,", report),
      };
    }
    const isCompleted = phaseOf(object) === "Completed";
    // Also of one that goes at once: its sandboxes stay.
    if (isCompleted && claimedOf(object) >= replicasOf(object)) return { done: object };
    const isOver = isGone || object.metadata.deletionTimestamp !== undefined;
    if (!isOver && !isCompleted) return undefined;
    const how = isCompleted ? "it is completed" : "it was deleted";
    return { fail: (report) => claimIncomplete(object, title, how, report) };
  }

  late(last: SandboxClaim | undefined, timeoutMs: number): Failing {
    return ({ text, missingRight }) => {
      const has = last === undefined ? "" : `it has ${claimedOf(last)} of ${replicasOf(last)} sandboxes `;
      const more = missingRight === undefined ? "" : `; its events would tell more: ${missingRight}`;
      return new TimeoutError(`Cannot wait for ${this.#title}: ${has}after ${timeoutMs} ms (${text})`, {
        code: "wait_timeout",
        retryable: true,
        hint: lateHint(last) + more,
      });
    };
  }
}

function lateHint(last: SandboxClaim | undefined): string {
  if (last === undefined) return "Raise timeoutMs, or look at what the API server is busy with";
  if (phaseOf(last) === "") return "No controller has seen it: check that the controller of OpenKruise Agents runs";
  return `Raise timeoutMs: the platform itself tries for ${last.spec.claimTimeout ?? "1m"}, as spec.claimTimeout says`;
}
