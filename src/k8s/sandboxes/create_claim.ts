import type { KubeClient } from "../client/kube_client.ts";
import type { KubeCallOptions, SandboxClaim } from "../types.ts";

/** What is claimed. */
export interface CreateClaimOptions extends KubeCallOptions {
  /** The name of the `SandboxSet`, the pool, in the same namespace. */
  templateName: string;
  /**
   * The name of the claim, 63 characters at most.
   *
   * @default the pool's name and some characters that make it unique
   */
  name?: string | undefined;
  /**
   * The namespace.
   *
   * @default the client's own
   */
  namespace?: string | undefined;
  /**
   * How many sandboxes.
   *
   * @default {1}
   */
  replicas?: number | undefined;
  /**
   * When the claimed sandboxes are deleted, to the second. Without it they stay until somebody deletes them, as
   * {@linkcode releaseClaim} does.
   */
  shutdownTime?: Date | undefined;
  /** Environment variables of the claimed sandboxes. Whoever may read the claim can read them. */
  envs?: Record<string, string> | undefined;
  /** Labels of the claimed sandboxes; keys of the platform itself are refused. */
  labels?: Record<string, string> | undefined;
}

/**
 * Claims sandboxes out of a pool. It returns as soon as that is written; {@linkcode waitForClaim} waits for them. It
 * takes the right `create` to `sandboxclaims`.
 *
 * @param kube The client.
 * @param options Which pool, how many, and what they get.
 * @returns The claim, as it was stored, with its name.
 *
 * @throws {TypeError | RangeError} When there can be no such names, number, time, variables or labels.
 * @throws {KubeStatusError} `kube_status`: the server refused it, such as a name that is taken (`isAlreadyExists`).
 *
 * @example One sandbox for an hour at most
 * ```ts
 * import { createClaim, type KubeClient, type SandboxClaim, waitForClaim } from "@kruise-agents/runtime/k8s";
 *
 * async function claim(kube: KubeClient, templateName: string): Promise<SandboxClaim> {
 *   const shutdownTime = new Date(Date.now() + 3_600_000);
 *   const { metadata } = await createClaim(kube, { templateName, shutdownTime });
 *   return await waitForClaim(kube, { name: metadata.name! });
 * }
 * ```
 */
export async function createClaim(kube: KubeClient, options: CreateClaimOptions): Promise<SandboxClaim> {
  const { makeClaim } = await import("./make_claim.ts");
  return await makeClaim(kube, options);
}
