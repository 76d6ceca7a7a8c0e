/**
 * Kubernetes: configuration found as `kubectl` finds it, and what a program needs of the API server to come to a
 * running sandbox.
 *
 * An import of this entry asks for no permission. Files, environment, processes and the TLS of the host are reached
 * when a call needs them.
 *
 * @example From a name to a command
 * ```ts
 * import { fromK8s } from "@kruise-agents/runtime/k8s";
 *
 * async function hello(): Promise<string> {
 *   // kubectl port-forward --namespace sandbox-system service/sandbox-gateway 7788
 *   const sandbox = await fromK8s("default", "my-sandbox", { domain: "127.0.0.1:7788" });
 *   return (await sandbox.commands.run("echo hello")).stdout;
 * }
 * ```
 *
 * @module
 */

export type { KubeConfig, KubeLoadOptions } from "./config/load_options.ts";
export { type Informer, informer, type InformerOptions } from "./client/informer.ts";
export { KubeClient } from "./client/kube_client.ts";
export type { ResourceApi } from "./client/names.ts";
export type { KubeRequestInit } from "./client/raw_request.ts";
export type {
  ApplyOptions,
  DeleteOptions,
  ListAllOptions,
  ListPageOptions,
  PatchOptions,
  Resource,
  ResourceEvent,
  SelectorOptions,
  WatchResourceOptions,
  WriteResourceOptions,
} from "./client/resource.ts";
export {
  isAlreadyExists,
  isConflict,
  isForbidden,
  isGone,
  isInvalid,
  isNotFound,
  isUnauthorized,
} from "./errors/predicates.ts";
export { createClaim, type CreateClaimOptions } from "./sandboxes/create_claim.ts";
export { createSandbox } from "./sandboxes/create_sandbox.ts";
export { deleteSandbox } from "./sandboxes/delete_sandbox.ts";
export { fromClaim, type FromClaimOptions } from "./sandboxes/from_claim.ts";
export { fromK8s } from "./sandboxes/from_k8s.ts";
export type { FromK8sOptions } from "./sandboxes/from_options.ts";
export { fromSandboxId } from "./sandboxes/from_sandbox_id.ts";
export type { ObjectRef } from "./sandboxes/object_ref.ts";
export { pauseSandbox } from "./sandboxes/pause_sandbox.ts";
export { releaseClaim } from "./sandboxes/release_claim.ts";
export { resumeSandbox } from "./sandboxes/resume_sandbox.ts";
export { sandboxState, type SandboxStateInfo } from "./sandboxes/sandbox_state.ts";
export { scaleSandboxSet } from "./sandboxes/scale_sandbox_set.ts";
export { type SandboxTimeoutOptions, setSandboxTimeout } from "./sandboxes/set_sandbox_timeout.ts";
export { waitForClaim } from "./sandboxes/wait_for_claim.ts";
export { waitForSandbox, type WaitOptionsK8s } from "./sandboxes/wait_for_sandbox.ts";
export type {
  CopyFromOptions,
  CopyOptions,
  CopyProgress,
  CopyToFiles,
  CopyToOptions,
} from "./pods/copy/copy_options.ts";
export { execIn, podOf } from "./pods/exec_in.ts";
export type { ExecHandle, ExecOptions } from "./pods/exec/exec_handle.ts";
export type { ListenOptions, PodConnection, PodForward } from "./pods/forward/pod_forward.ts";
export { logLines } from "./pods/logs/log_lines.ts";
export type { LogOptions } from "./pods/logs/log_options.ts";
export type { PodTarget } from "./pods/target.ts";
export type {
  KubeCallOptions,
  KubeEvent,
  KubeList,
  KubeObject,
  Namespace,
  ObjectMeta,
  OwnerReference,
  Pod,
  Sandbox,
  SandboxClaim,
  SandboxSet,
} from "./types.ts";
