import type { KubeClient } from "../client/kube_client.ts";
import type { KubeCallOptions, Sandbox } from "../types.ts";
import { isMissing, sandboxMissing } from "./missing.ts";
import type { ObjectRef } from "./object_ref.ts";
import { subjectOf } from "./subject.ts";

/**
 * Deletes a sandbox, and all that is in it. It returns as soon as that is decided: from then on the sandbox is `dead`,
 * and its object, with its name, is gone when its pod has ended. It takes the right `delete`.
 *
 * @param kube The client.
 * @param target Which sandbox.
 * @param options Signal and limit.
 *
 * @throws {TypeError | RangeError} When there can be no such name.
 * @throws {NotFoundError} `sandbox_not_found`: there is none.
 *
 * @example
 * ```ts
 * import { deleteSandbox, type KubeClient } from "@kruise-agents/runtime/k8s";
 * import { isSandboxError } from "@kruise-agents/runtime";
 *
 * async function remove(kube: KubeClient, name: string): Promise<boolean> {
 *   try {
 *     await deleteSandbox(kube, { name });
 *     return true;
 *   } catch (error) {
 *     if (isSandboxError(error, "sandbox_not_found")) return false;
 *     throw error;
 *   }
 * }
 * ```
 */
export async function deleteSandbox(
  kube: KubeClient,
  target: ObjectRef,
  options: KubeCallOptions = {},
): Promise<void> {
  const subject = subjectOf<Sandbox>(kube, target, "sandboxes");
  try {
    await subject.resource.delete(subject.name, options);
  } catch (error) {
    throw isMissing(error, subject.name) ? sandboxMissing("delete", subject, error) : error;
  }
}
