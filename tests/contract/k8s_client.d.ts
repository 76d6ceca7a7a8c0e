/**
 * What the client of the entry "./k8s" promises. A change that no longer fits this file breaks programs that use it.
 */

import type { Fetch, KubeStatusError } from "./contract.d.ts";

export interface ObjectMeta {
  name?: string;
  generateName?: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  creationTimestamp?: string;
  deletionTimestamp?: string;
}
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
}
export interface KubeList<T> {
  readonly items: readonly T[];
  readonly metadata: {
    readonly resourceVersion: string;
    readonly continue?: string;
    readonly remainingItemCount?: number;
  };
}
export interface SelectorOptions extends KubeCallOptions {
  labelSelector?: string | undefined;
  fieldSelector?: string | undefined;
}
export interface KubeCallOptions {
  signal?: AbortSignal | undefined;
  timeoutMs?: number | undefined;
}
export interface ListPageOptions extends SelectorOptions {
  limit?: number | undefined;
  continue?: string | undefined;
  resourceVersion?: string | undefined;
  resourceVersionMatch?: "Exact" | "NotOlderThan" | undefined;
}
export interface WatchResourceOptions extends SelectorOptions {
  resourceVersion?: string | undefined;
}
export type ResourceEvent<T> = { readonly type: "ADDED" | "MODIFIED" | "DELETED"; readonly object: T } | {
  readonly type: "RESYNCED";
  readonly items: readonly T[];
};
export interface WriteResourceOptions extends KubeCallOptions {
  dryRun?: boolean | undefined;
  fieldManager?: string | undefined;
}
export interface DeleteOptions extends WriteResourceOptions {
  propagationPolicy?: "Foreground" | "Background" | "Orphan" | undefined;
  gracePeriodSeconds?: number | undefined;
  preconditions?: { uid?: string; resourceVersion?: string } | undefined;
}
export interface Resource<T extends KubeObject> {
  get(name: string, options?: KubeCallOptions): Promise<T>;
  list(options?: ListPageOptions): Promise<KubeList<T>>;
  listAll(options?: SelectorOptions & { pageSize?: number | undefined }): AsyncIterable<T>;
  create(object: T, options?: WriteResourceOptions): Promise<T>;
  update(object: T, options?: WriteResourceOptions): Promise<T>;
  updateStatus(object: T, options?: WriteResourceOptions): Promise<T>;
  patch(
    name: string,
    patch: unknown,
    options?: WriteResourceOptions & {
      type?: "merge" | "json" | "strategic" | undefined;
      subresource?: string | undefined;
    },
  ): Promise<T>;
  apply(
    object: T,
    options: WriteResourceOptions & {
      fieldManager: string;
      force?: boolean | undefined;
      subresource?: string | undefined;
    },
  ): Promise<T>;
  delete(name: string, options?: DeleteOptions): Promise<void>;
  deleteCollection(options?: DeleteOptions & SelectorOptions): Promise<void>;
  watch(options?: WatchResourceOptions): AsyncIterable<ResourceEvent<T>>;
}
export interface KubeConfig {
  readonly [key: string]: unknown;
}
export interface Pod extends KubeObject {
  spec: { nodeName?: string; containers: { name: string; image?: string }[] };
  status?: { phase?: string; podIP?: string };
}
export interface Namespace extends KubeObject {}
export interface Sandbox extends KubeObject {
  spec: Record<string, unknown>;
  status?: Record<string, unknown>;
}
export interface SandboxSet extends KubeObject {
  spec: { replicas?: number; [field: string]: unknown };
  status?: { availableReplicas?: number; [field: string]: unknown };
}
export interface SandboxClaim extends KubeObject {
  spec: { templateName: string; replicas?: number };
  status?: { phase?: string; claimedReplicas?: number };
}
export interface KubeLoadOptions {
  kubeconfig?: string | undefined;
  context?: string | undefined;
  namespace?: string | undefined;
  fetch?: Fetch | undefined;
}
export class KubeClient implements AsyncDisposable {
  private constructor();
  static load(options?: KubeLoadOptions): Promise<KubeClient>;
  static inCluster(options?: KubeLoadOptions): Promise<KubeClient>;
  static fromConfig(config: KubeConfig, options?: KubeLoadOptions): Promise<KubeClient>;
  readonly server: string;
  readonly namespace: string;
  request(
    path: string,
    init?: KubeCallOptions & {
      method?: string | undefined;
      query?: Record<string, string | number | boolean | readonly string[] | undefined> | undefined;
      body?: unknown;
      contentType?: string | undefined;
      accept?: string | undefined;
    },
  ): Promise<Response>;
  resource<T extends KubeObject>(
    api: { group: string; version: string; plural: string; namespaced: boolean },
    namespace?: string,
  ): Resource<T>;
  pods(namespace?: string): Resource<Pod>;
  namespaces(): Resource<Namespace>;
  sandboxes(namespace?: string): Resource<Sandbox>;
  sandboxClaims(namespace?: string): Resource<SandboxClaim>;
  sandboxSets(namespace?: string): Resource<SandboxSet>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
export interface InformerOptions extends SelectorOptions {
  onError?: ((error: unknown) => void) | undefined;
}
export interface Informer<T extends KubeObject> extends AsyncDisposable {
  readonly synced: Promise<void>;
  get(name: string, namespace?: string): T | undefined;
  list(): readonly T[];
  subscribe(listener: (event: ResourceEvent<T>) => void): () => void;
}
export function informer<T extends KubeObject>(resource: Resource<T>, options?: InformerOptions): Informer<T>;

export function isNotFound(error: unknown): error is KubeStatusError;
export function isAlreadyExists(error: unknown): error is KubeStatusError;
export function isConflict(error: unknown): error is KubeStatusError;
export function isGone(error: unknown): error is KubeStatusError;
export function isForbidden(error: unknown): error is KubeStatusError;
export function isUnauthorized(error: unknown): error is KubeStatusError;
export function isInvalid(error: unknown): error is KubeStatusError;
