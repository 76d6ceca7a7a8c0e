import type { KubeClient } from "../client/kube_client.ts";
import type { KubeCallOptions, SandboxClaim } from "../types.ts";
import type { ObjectRef } from "./object_ref.ts";
import { subjectOf } from "./subject.ts";

/**
 * Deletes a claim and the sandboxes that it got, which would stay without it. It returns as soon as that is decided.
 *
 * Those of another claim that had the same name before are left alone, and so are those that could not be delivered and
 * are kept to be looked at. If it fails in the middle, it can be called again. It takes the rights `get` and `delete` to
 * `sandboxclaims`, and `get`, `list` and `delete` to `sandboxes`.
 *
 * The platform deletes a claim itself some time after it is completed. Its sandboxes are found then, too, but by its name
 * alone: those of every claim that had it are deleted.
 *
 * @param kube The client.
 * @param target Which claim.
 * @param options Signal and limit.
 *
 * @throws {TypeError | RangeError} When there can be no such name.
 * @throws {KubeStatusError} `kube_status`: there is neither such a claim nor a sandbox of it (`isNotFound`).
 *
 * @example
 * ```ts
 * import { createClaim, type KubeClient, releaseClaim, waitForClaim } from "@kruise-agents/runtime/k8s";
 *
 * async function withClaim(kube: KubeClient, templateName: string, work: () => Promise<void>): Promise<void> {
 *   const { metadata } = await createClaim(kube, { templateName });
 *   try {
 *     await waitForClaim(kube, { name: metadata.name! });
 *     await work();
 *   } finally {
 *     await releaseClaim(kube, { name: metadata.name! });
 *   }
 * }
 * ```
 */
export async function releaseClaim(
  kube: KubeClient,
  target: ObjectRef,
  options: KubeCallOptions = {},
): Promise<void> {
  const { release } = await import("./release.ts");
  await release(subjectOf<SandboxClaim>(kube, target, "sandboxclaims"), options);
}
