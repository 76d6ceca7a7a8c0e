import type { KubeClient } from "../client/kube_client.ts";
import type { KubeCallOptions, SandboxSet } from "../types.ts";
import { checkReplicas } from "./replicas.ts";
import { isMissing, objectMissing } from "./missing.ts";
import type { ObjectRef } from "./object_ref.ts";
import { subjectOf } from "./subject.ts";

/**
 * Sets how many sandboxes a pool keeps ready. It returns as soon as that is written; `status.availableReplicas` says how
 * many there are. It takes the rights `patch` to `sandboxsets/scale` and `get` to `sandboxsets`, and so cannot change
 * what is in the sandboxes.
 *
 * @param kube The client.
 * @param target Which pool.
 * @param replicas How many.
 * @param options Signal, and the limit of each of the two calls.
 * @returns The pool, as it is now.
 *
 * @throws {TypeError | RangeError} When there can be no such name or number.
 * @throws {KubeStatusError} `kube_status`: there is no such pool (`isNotFound`).
 *
 * @example
 * ```ts
 * import { type KubeClient, scaleSandboxSet } from "@kruise-agents/runtime/k8s";
 *
 * async function emptyPool(kube: KubeClient, name: string): Promise<void> {
 *   await scaleSandboxSet(kube, { name }, 0);
 * }
 * ```
 */
export async function scaleSandboxSet(
  kube: KubeClient,
  target: ObjectRef,
  replicas: number,
  options: KubeCallOptions = {},
): Promise<SandboxSet> {
  const subject = subjectOf<SandboxSet>(kube, target, "sandboxsets");
  const { resource, name } = subject;
  checkReplicas(replicas, 0);
  try {
    // What is answered to that is a Scale, not a SandboxSet.
    await resource.patch(name, { spec: { replicas } }, { ...options, subresource: "scale" });
    return await resource.get(name, options);
  } catch (error) {
    throw isMissing(error, name) ? objectMissing("scale", subject, error) : error;
  }
}
