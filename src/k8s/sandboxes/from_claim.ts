import type { RuntimeClient } from "../../../mod.ts";
import type { FromK8sOptions } from "./from_options.ts";

/** How the sandboxes of a claim are found. */
export interface FromClaimOptions extends FromK8sOptions {
  /**
   * How many running sandboxes are enough, where the claim got fewer than it asked for, or some are gone since.
   *
   * @default as many as the claim asked for
   */
  minReplicas?: number | undefined;
}

/**
 * Makes clients of the sandboxes of a claim, all that run. Each is as one of {@linkcode fromK8s}. It takes the rights
 * to `get` claims and to `get` and `list` sandboxes, and for `waitReady` to `watch` both.
 *
 * With `waitReady` a claim that is still being worked on is waited for, and so are its sandboxes where fewer run than
 * are wanted.
 *
 * @param namespace The namespace of the claim.
 * @param name Its name.
 * @param options How many are enough, and how they are found and reached.
 * @returns The clients, in the order of the sandboxes' names.
 *
 * @throws {TypeError | RangeError} When a name or an option cannot be.
 * @throws {SandboxError} With the code `claim_incomplete` when the claim has fewer sandboxes than wanted: `Completed`
 * is not success.
 * @throws {SandboxNotRunningError} When fewer of them run than wanted; `state` is that of the first that does not.
 * @throws {KubeStatusError} When the API server refuses, or the claim is not there (any more).
 *
 * @example
 * ```ts
 * import { fromClaim, KubeClient } from "@kruise-agents/runtime/k8s";
 * import { startFakeKube } from "@kruise-agents/runtime/testing";
 * import { assertRejects } from "@std/assert";
 *
 * await using cluster = await startFakeKube({
 *   objects: [{
 *     apiVersion: "agents.kruise.io/v1alpha1",
 *     kind: "SandboxClaim",
 *     metadata: { name: "job-42" },
 *     spec: { templateName: "code-interpreter", replicas: 2 },
 *     status: { phase: "Completed", claimedReplicas: 0, message: "Timeout reached after 1m0s, claimed 0/2 sandboxes" },
 *   }],
 * });
 * await using kube = await KubeClient.fromConfig(cluster.config, { fetch: cluster.fetch });
 * const options = { kube, domain: "127.0.0.1:7788", minReplicas: 1 };
 * await assertRejects(() => fromClaim("default", "job-42", options), Error, "it is completed with 0 of 2 sandboxes");
 * ```
 */
export async function fromClaim(
  namespace: string,
  name: string,
  options: FromClaimOptions = {},
): Promise<RuntimeClient[]> {
  return await (await import("./from_now.ts")).byClaim(namespace, name, options);
}
