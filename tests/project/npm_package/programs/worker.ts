/** A Worker that looks into a cluster, as somebody writes it: compiled against the packed types, without Node's. */

import { isSandboxError } from "@kruise-agents/runtime";
import { isNotFound, KubeClient, type KubeConfig, type KubeLoadOptions, type Pod } from "@kruise-agents/runtime/k8s";

/** What the Worker is bound to: a configuration, and a way to the server that shows a client certificate. */
export interface Environment {
  readonly KUBECONFIG: string;
  readonly API: { fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> };
}

/** The phase of a pod, or nothing where there is none. */
export async function phaseOf(name: string, { KUBECONFIG, API }: Environment): Promise<string | undefined> {
  const options: KubeLoadOptions = { fetch: (input, init) => API.fetch(input, init), namespace: "default" };
  const config: KubeConfig = JSON.parse(KUBECONFIG);
  const kube = await KubeClient.fromConfig(config, options);
  try {
    const pod: Pod = await kube.pods().get(name, { timeoutMs: 5_000 });
    return pod.status?.phase;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw isSandboxError(error) ? new Error(error.hint, { cause: error }) : error;
  } finally {
    await kube.close();
  }
}
