import type { KubeClient } from "../client/kube_client.ts";
import type { KubeCallOptions, SandboxClaim } from "../types.ts";
import type { ObjectRef } from "./object_ref.ts";
import { subjectOf } from "./subject.ts";

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
  const { waitForReplicas } = await import("./wait_for_replicas.ts");
  return await waitForReplicas(subjectOf<SandboxClaim>(kube, target, "sandboxclaims"), options);
}
