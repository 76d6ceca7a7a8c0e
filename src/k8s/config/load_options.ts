import type { Fetch } from "../../../mod.ts";

/** A kubeconfig as an object: what the YAML of `~/.kube/config` says, with the same names. */
export interface KubeConfig {
  /** `clusters`, `users`, `contexts`, `current-context` and the other fields of the format. */
  readonly [key: string]: unknown;
}

/** Which configuration is used, and how the API server is reached. */
export interface KubeLoadOptions {
  /** Path of a kubeconfig file; then no other place is looked at. */
  kubeconfig?: string | undefined;
  /**
   * Name of the context.
   *
   * @default the configuration's `current-context`
   */
  context?: string | undefined;
  /**
   * Namespace of calls that name none.
   *
   * @default the context's, else `default`
   */
  namespace?: string | undefined;
  /**
   * Makes every request instead of the runtime's own `fetch`; the TLS settings of the configuration are then its
   * business. For Workers: the `fetch` of an mTLS binding.
   */
  fetch?: Fetch | undefined;
  /**
   * Milliseconds that a credential plugin of the configuration may take; then it is ended, with what it started. 0: no
   * limit.
   *
   * @default {60_000}
   */
  pluginTimeoutMs?: number | undefined;
  /** Ends the loading, and no more than that; rejects with its own reason. */
  signal?: AbortSignal | undefined;
}
