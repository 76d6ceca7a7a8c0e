import type { KubeClient } from "../client/kube_client.ts";
import type { KubeCallOptions, Sandbox } from "../types.ts";
import type { ObjectRef } from "./object_ref.ts";
import { subjectOf } from "./subject.ts";

/**
 * Says that a sandbox shall be paused. It returns as soon as that is written; the pause is through when
 * {@linkcode waitForSandbox} finds it `paused`. One that is paused already stays as it is.
 *
 * Only a running sandbox can be paused, as on the platform's own API. If somebody else changes the sandbox at the same
 * time, it is read and judged again. It takes the rights `get` and `patch`.
 *
 * @param kube The client.
 * @param target Which sandbox.
 * @param options Signal and limit.
 * @returns The sandbox, as it was stored.
 *
 * @throws {TypeError | RangeError} When there can be no such name.
 * @throws {NotFoundError} `sandbox_not_found`: there is none.
 * @throws {SandboxNotRunningError} `sandbox_not_running`: it is starting, dead, or belongs to a pool; see `state`.
 *
 * @example
 * ```ts
 * import { type KubeClient, pauseSandbox, type Sandbox, waitForSandbox } from "@kruise-agents/runtime/k8s";
 *
 * async function sleep(kube: KubeClient, name: string): Promise<Sandbox> {
 *   await pauseSandbox(kube, { name });
 *   return await waitForSandbox(kube, { name }, { state: "paused" });
 * }
 * ```
 */
export async function pauseSandbox(
  kube: KubeClient,
  target: ObjectRef,
  options: KubeCallOptions = {},
): Promise<Sandbox> {
  const { pause } = await import("./pause_and_resume.ts");
  return await pause(subjectOf<Sandbox>(kube, target, "sandboxes"), options);
}
