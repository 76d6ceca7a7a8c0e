import { type KubeClient, requesterOf } from "../client/kube_client.ts";
import type { KubeCallOptions, Sandbox } from "../types.ts";

/**
 * Creates a sandbox outside of any pool. It returns as soon as that is written; the sandbox can be used when
 * {@linkcode waitForSandbox} finds it `running`. The platform makes no runtime token for it. It takes the right
 * `create`.
 *
 * @param kube The client.
 * @param sandbox The sandbox, with `spec.template` or `spec.templateRef`; without a namespace, in the client's own.
 * @param options Signal and limit.
 * @returns The sandbox, as it was stored.
 *
 * @throws {TypeError | RangeError} When it is no object, or there can be no such name.
 * @throws {KubeStatusError} `kube_status`: the server refused it, such as a name that is taken (`isAlreadyExists`).
 *
 * @example
 * ```ts
 * import { createSandbox, type KubeClient, type Sandbox, waitForSandbox } from "@kruise-agents/runtime/k8s";
 *
 * async function create(kube: KubeClient, name: string, image: string): Promise<Sandbox> {
 *   await createSandbox(kube, {
 *     apiVersion: "agents.kruise.io/v1alpha1",
 *     kind: "Sandbox",
 *     metadata: { name },
 *     spec: { template: { spec: { containers: [{ name: "sandbox", image }] } } },
 *   });
 *   return await waitForSandbox(kube, { name }, { timeoutMs: 300_000 });
 * }
 * ```
 */
export async function createSandbox(
  kube: KubeClient,
  sandbox: Sandbox,
  options: KubeCallOptions = {},
): Promise<Sandbox> {
  requesterOf(kube); // That says what is wrong with what is no client.
  return await kube.sandboxes(sandbox?.metadata?.namespace).create(sandbox, options);
}
