import { createKubeClient, type KubeClient } from "../client/kube_client.ts";
import { loadKubeConfig } from "../config/load_config.ts";
import { kubeFetch } from "../transport/kube_fetch.ts";

/** Lends a client for as long as something is done with it. */
export type KubeLender = <T>(use: (kube: KubeClient) => Promise<T>) => Promise<T>;

/**
 * Lends the caller's client, or else one of the configuration that `kubectl` would use. That is found once, so that
 * whatever is asked later is asked of the same cluster; its connections are closed after each use, so that none stays
 * open for a token that may never be asked for again.
 */
export async function kubeLender(given: KubeClient | undefined, signal: AbortSignal | undefined): Promise<KubeLender> {
  if (given !== undefined) {
    if (typeof given?.sandboxes !== "function") {
      throw new TypeError("Cannot use the given kube: pass a KubeClient, as KubeClient.load() makes one");
    }
    return (use) => use(given);
  }
  const access = await loadKubeConfig({ signal });
  return async (use) => {
    const kube = createKubeClient(access, kubeFetch(access));
    try {
      return await use(kube);
    } finally {
      await kube.close();
    }
  };
}
