import type { RuntimeClientOptions } from "../../../mod.ts";
import type { KubeClient } from "../client/kube_client.ts";

/**
 * How a sandbox is found, and the options of its client.
 *
 * `domain` is `sandbox-gateway.sandbox-system.svc:7788`, the gateway of the cluster, where the program runs in a pod of
 * it; elsewhere it, or `sandboxBaseUrl`, must be given, and so where the configuration that is found in a pod is another
 * cluster's. `runtimeToken` is the one of the sandbox's
 * object; one that is given wins, and is then not looked for again. `fetch` reaches the sandbox; requests to the API
 * server go by `kube`.
 */
export interface FromK8sOptions extends Omit<RuntimeClientOptions, "sandboxId"> {
  /**
   * The client of the API server. It stays the caller's: keep it open for as long as the sandbox is used, since the
   * object is read again when the sandbox refuses its token.
   *
   * @default a client of the configuration that `kubectl` would use, which holds no connection open
   */
  kube?: KubeClient | undefined;
  /**
   * Whether a sandbox that does not run yet is waited for: one that is being created, resumed, or paused until somebody
   * resumes it.
   *
   * @default {false}
   */
  waitReady?: boolean | undefined;
  /**
   * The limit in milliseconds of finding the sandbox and waiting for it; 0: none.
   *
   * @default {60_000} for each request; for waiting, that of `waitForSandbox`
   */
  timeoutMs?: number | undefined;
  /** Ends the finding and the waiting, which rejects with its reason. The client that comes of it has no signal. */
  signal?: AbortSignal | undefined;
}
