import type { SandboxState } from "../../../mod.ts";
import type { KubeClient } from "../client/kube_client.ts";
import type { KubeCallOptions, Sandbox } from "../types.ts";
import type { ObjectRef } from "./object_ref.ts";
import { subjectOf } from "./subject.ts";

/** What is waited for. */
export interface WaitOptionsK8s extends KubeCallOptions {
  /**
   * The state that the sandbox shall have. `paused` is waited for until the pause is through, `dead` until it cannot
   * come back any more, or is gone.
   *
   * @default {"running"}
   */
  state?: SandboxState | undefined;
}

/**
 * Waits until a sandbox is in a state; running, if none is given.
 *
 * It reads the sandbox and then watches it, and nothing else, for which the rights `get` and `watch` to this one are
 * enough. Where it ends in vain, the error's message has the phase, the conditions, the controllers' message and, if
 * the right to `list` events is there, the latest events of the sandbox and its pod.
 *
 * @param kube The client.
 * @param target Which sandbox.
 * @param options The state; `timeoutMs` limits the whole wait.
 * @returns The sandbox, as it is then.
 *
 * @throws {TypeError | RangeError} When there can be no such name or state.
 * @throws {NotFoundError} `sandbox_not_found`: there is none, or it was deleted or recreated meanwhile.
 * @throws {SandboxNotRunningError} `sandbox_not_running`: it is dead, or belongs to a pool; see `state`.
 * @throws {TimeoutError} `wait_timeout`: the limit has run out.
 *
 * @example
 * ```ts
 * import { type KubeClient, resumeSandbox, type Sandbox, waitForSandbox } from "@kruise-agents/runtime/k8s";
 *
 * async function wake(kube: KubeClient, name: string): Promise<Sandbox> {
 *   await resumeSandbox(kube, { name });
 *   return await waitForSandbox(kube, { name }, { timeoutMs: 120_000 });
 * }
 * ```
 */
export async function waitForSandbox(
  kube: KubeClient,
  target: ObjectRef,
  options: WaitOptionsK8s = {},
): Promise<Sandbox> {
  const { waitForState } = await import("./wait_for_state.ts");
  return await waitForState(subjectOf<Sandbox>(kube, target, "sandboxes"), options);
}
