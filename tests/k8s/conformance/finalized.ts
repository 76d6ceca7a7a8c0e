import type { KubeClient } from "../../../src/k8s/mod.ts";

/** Sees that a namespace is gone: where no controller does that, this does. */
export async function finalized(kube: KubeClient, name: string): Promise<void> {
  const ignored = () => undefined;
  await kube.namespaces().patch(name, { metadata: { finalizers: null } }).catch(ignored);
  await kube.namespaces().delete(name).catch(ignored);
  if (await kube.namespaces().get(name).catch(ignored) === undefined) return;
  const body = { apiVersion: "v1", kind: "Namespace", metadata: { name }, spec: { finalizers: [] } };
  await kube.request(`/api/v1/namespaces/${name}/finalize`, { method: "PUT", body }).catch(ignored);
}
