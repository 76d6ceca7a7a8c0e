/**
 * What the entry "./k8s" promises about sandboxes and claims. A change that no longer fits this file breaks programs
 * that use it.
 */

import type { RuntimeClient, RuntimeClientOptions, SandboxState } from "./contract.d.ts";
import type { KubeCallOptions, KubeClient, Sandbox, SandboxClaim, SandboxSet } from "./k8s_client.d.ts";

export interface ObjectRef {
  name: string;
  namespace?: string | undefined;
}
export interface FromK8sOptions extends Omit<RuntimeClientOptions, "sandboxId"> {
  kube?: KubeClient | undefined;
  waitReady?: boolean | undefined;
  timeoutMs?: number | undefined;
  signal?: AbortSignal | undefined;
}
export function fromK8s(namespace: string, name: string, options?: FromK8sOptions): Promise<RuntimeClient>;
export function fromSandboxId(sandboxId: string, options?: FromK8sOptions): Promise<RuntimeClient>;
export function fromClaim(
  namespace: string,
  name: string,
  options?: FromK8sOptions & { minReplicas?: number | undefined },
): Promise<RuntimeClient[]>;

export interface WaitOptionsK8s extends KubeCallOptions {
  state?: SandboxState | undefined;
}
export function sandboxState(sandbox: Sandbox, now?: Date): { readonly state: SandboxState; readonly reason: string };
export function waitForSandbox(kube: KubeClient, target: ObjectRef, options?: WaitOptionsK8s): Promise<Sandbox>;
export function pauseSandbox(kube: KubeClient, target: ObjectRef, options?: KubeCallOptions): Promise<Sandbox>;
export function resumeSandbox(kube: KubeClient, target: ObjectRef, options?: KubeCallOptions): Promise<Sandbox>;
export function setSandboxTimeout(
  kube: KubeClient,
  target: ObjectRef,
  options: KubeCallOptions & { shutdownTime?: Date | null | undefined; pauseTime?: Date | null | undefined },
): Promise<Sandbox>;
export function createSandbox(kube: KubeClient, sandbox: Sandbox, options?: KubeCallOptions): Promise<Sandbox>;
export function deleteSandbox(kube: KubeClient, target: ObjectRef, options?: KubeCallOptions): Promise<void>;

export interface CreateClaimOptions extends KubeCallOptions {
  templateName: string;
  name?: string | undefined;
  namespace?: string | undefined;
  replicas?: number | undefined;
  shutdownTime?: Date | undefined;
  envs?: Record<string, string> | undefined;
  labels?: Record<string, string> | undefined;
}
export function createClaim(kube: KubeClient, options: CreateClaimOptions): Promise<SandboxClaim>;
export function waitForClaim(kube: KubeClient, target: ObjectRef, options?: KubeCallOptions): Promise<SandboxClaim>;
export function releaseClaim(kube: KubeClient, target: ObjectRef, options?: KubeCallOptions): Promise<void>;
export function scaleSandboxSet(
  kube: KubeClient,
  target: ObjectRef,
  replicas: number,
  options?: KubeCallOptions,
): Promise<SandboxSet>;
