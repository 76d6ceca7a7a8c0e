/** What somebody does with a cluster on Node: compiled against the packed types, and run from the package. */

import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { isSandboxError } from "@kruise-agents/runtime";
import {
  type Informer,
  informer,
  isNotFound,
  KubeClient,
  type KubeConfig,
  type KubeLoadOptions,
  type KubeObject,
  type Resource,
  type Sandbox,
} from "@kruise-agents/runtime/k8s";
import { type FakeKube, startFakeKube } from "@kruise-agents/runtime/testing";

const AGENTS = { apiVersion: "agents.kruise.io/v1alpha1", kind: "Sandbox" } as const;

/** A kind that the package has no type for. */
interface ConfigMap extends KubeObject {
  data?: Record<string, string>;
}

async function namesOf(resource: Resource<Sandbox>): Promise<string[]> {
  const names: string[] = [];
  for await (const { metadata } of resource.listAll({ pageSize: 2 })) names.push(metadata.name ?? "");
  return names;
}

/** All that is done in a cluster, wherever it answers. */
async function use(config: KubeConfig, options: KubeLoadOptions = {}): Promise<void> {
  await using kube = await KubeClient.fromConfig(config, options);
  assert.deepEqual(await namesOf(kube.sandboxes()), ["one", "three", "two"]);
  const missing: unknown = await kube.sandboxes().get("four").catch((error: unknown) => error);
  assert.ok(isNotFound(missing) && missing.status === 404);

  await using held: Informer<Sandbox> = informer(kube.sandboxes());
  await held.synced;
  const told = new Promise<string>((resolve) => held.subscribe(({ type }) => resolve(type)));
  await kube.sandboxes().create({ ...AGENTS, metadata: { name: "four" }, spec: {} });
  assert.equal(await told, "ADDED");
  assert.equal(held.get("four")?.metadata.namespace, "default");
  await kube.sandboxes().delete("four");

  const maps = kube.resource<ConfigMap>({ group: "", version: "v1", plural: "configmaps", namespaced: true });
  const unknown: unknown = await maps.get("any").catch((error: unknown) => error);
  assert.ok(isNotFound(unknown));
}

await using kube: FakeKube = await startFakeKube({
  objects: ["one", "two", "three"].map((name) => ({ ...AGENTS, metadata: { name }, spec: {} })),
});
await use(kube.config, { fetch: kube.fetch });
await using plain = await kube.listen();
await use(plain.config);

// The certificate of 127.0.0.1, its key, and the authority, which are made for this run.
const tls: { cert: string; key: string; ca: string } = JSON.parse(readFileSync("tls.json", "utf8"));
await using secure = await kube.listen({ tls });
await use(secure.config);
const { ca: _, ...untrusted } = tls;
await using stranger = await kube.listen({ tls: untrusted });
const refused: unknown = await use(stranger.config).catch((error: unknown) => error);
assert.ok(isSandboxError(refused, "tls"), String(refused));
console.log("The cluster is done");
