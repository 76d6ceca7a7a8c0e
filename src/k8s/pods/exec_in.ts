import type { KubeClient } from "../client/kube_client.ts";
import type { ObjectRef } from "../sandboxes/object_ref.ts";
import type { Sandbox } from "../types.ts";
import type { ExecHandle, ExecOptions } from "./exec/exec_handle.ts";
import type { PodTarget } from "./target.ts";

/**
 * The pod of a sandbox, which has its name. Whether it runs is not looked at.
 *
 * @param sandbox The sandbox.
 * @returns What calls about pods take.
 *
 * @throws {TypeError} When it has no name.
 *
 * @example
 * ```ts
 * import { podOf } from "@kruise-agents/runtime/k8s";
 * import { assertEquals } from "@std/assert";
 *
 * const sandbox = {
 *   apiVersion: "agents.kruise.io/v1alpha1",
 *   kind: "Sandbox",
 *   metadata: { name: "mine", namespace: "agents" },
 *   spec: {},
 * };
 * assertEquals(podOf(sandbox), { pod: "mine", namespace: "agents" });
 * ```
 */
export function podOf(sandbox: Sandbox): PodTarget {
  const { name, namespace } = sandbox?.metadata ?? {};
  if (typeof name !== "string" || name === "") {
    throw new TypeError("Cannot tell the pod of this sandbox: pass one with metadata.name, as the server gives it");
  }
  return { pod: name, ...(namespace !== undefined && { namespace }) };
}

/**
 * Runs a command in a sandbox's own pod, through the Kubernetes API: where there is no gateway, or no daemon in the
 * sandbox. The sandbox is read first, for which the right `get` is needed besides `create` on `pods/exec`.
 *
 * @param kube The client.
 * @param target Which sandbox.
 * @param command The program and its arguments; no shell reads them.
 * @param options Input, terminal, and whether its end is proven.
 * @returns The command.
 *
 * @throws {TypeError | RangeError} When an argument cannot be used.
 * @throws {NotFoundError} `sandbox_not_found`: there is none.
 * @throws {SandboxNotRunningError} `sandbox_not_running`: it is paused, starting or dead; see `state`.
 * @throws {KubeStatusError} When the server refuses.
 *
 * @example
 * ```ts
 * import { execIn, type KubeClient } from "@kruise-agents/runtime/k8s";
 *
 * async function daemonLog(kube: KubeClient, name: string): Promise<string> {
 *   await using exec = await execIn(kube, { name }, ["cat", "/var/log/envd.log"]);
 *   return (await exec.wait()).stdout;
 * }
 * ```
 */
export async function execIn(
  kube: KubeClient,
  target: ObjectRef,
  command: readonly string[],
  options: ExecOptions = {},
): Promise<ExecHandle> {
  const { runInSandbox } = await import("./run_in_sandbox.ts");
  return await runInSandbox(kube, target, command, options);
}
