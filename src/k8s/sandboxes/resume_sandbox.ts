import type { KubeClient } from "../client/kube_client.ts";
import type { KubeCallOptions, Sandbox } from "../types.ts";
import type { ObjectRef } from "./object_ref.ts";
import { subjectOf } from "./subject.ts";

/**
 * Says that a sandbox shall run again. It returns as soon as that is written; the sandbox can be used when
 * {@linkcode waitForSandbox} finds it `running`. One that runs or is being resumed stays as it is.
 *
 * The sandbox's timers, `pauseTime` and `shutdownTime` where they are set, are moved by the time that it was paused, in
 * the same patch, or else it would be paused or deleted at once; and so far that 5 minutes are left at least. That is
 * done by the resumption alone: a sandbox whose `shutdownTime` comes while it is paused is deleted.
 *
 * If somebody else changes the sandbox at the same time, it is read and judged again. It takes the rights `get` and
 * `patch`.
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
 * import { type KubeClient, resumeSandbox, type Sandbox, waitForSandbox } from "@kruise-agents/runtime/k8s";
 *
 * async function wake(kube: KubeClient, name: string): Promise<Sandbox> {
 *   await resumeSandbox(kube, { name });
 *   return await waitForSandbox(kube, { name }, { timeoutMs: 600_000 });
 * }
 * ```
 */
export async function resumeSandbox(
  kube: KubeClient,
  target: ObjectRef,
  options: KubeCallOptions = {},
): Promise<Sandbox> {
  const { resume } = await import("./pause_and_resume.ts");
  return await resume(subjectOf<Sandbox>(kube, target, "sandboxes"), options);
}
