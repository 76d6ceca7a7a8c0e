/** The client against the fake API, which is held to the recordings by its own tests. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { KubeStatusError } from "../../../mod.ts";
import { createInformer } from "../../../src/k8s/client/informer.ts";
import { createKubeClient } from "../../../src/k8s/client/kube_client.ts";
import { accessFromConfig } from "../../../src/k8s/config/load_config.ts";
import {
  informer,
  isAlreadyExists,
  isConflict,
  isForbidden,
  isInvalid,
  isNotFound,
  KubeClient,
  type Sandbox,
} from "../../../src/k8s/mod.ts";
import { kubeFetch } from "../../../src/k8s/transport/kube_fetch.ts";
import { type FakeKube, startFakeKube } from "../../../src/testing/mod.ts";
import { take, TestClock } from "./scripted.ts";

function made(name: string, spec: Record<string, unknown> = {}): Sandbox {
  return { apiVersion: "agents.kruise.io/v1alpha1", kind: "Sandbox", metadata: { name }, spec };
}

/** A client whose pauses are none. */
async function quickClient(fake: FakeKube): Promise<KubeClient> {
  const access = await accessFromConfig(fake.config);
  return createKubeClient(access, kubeFetch(access, fake.fetch), new TestClock());
}

Deno.test("an object's life: made, changed, in conflict, applied, deleted", async () => {
  await using fake = await startFakeKube();
  await using kube = await KubeClient.fromConfig(fake.config, { fetch: fake.fetch });
  const sandboxes = kube.sandboxes();
  const dry = await sandboxes.create(made("one"), { dryRun: true });
  assertEquals(dry.metadata.name, "one");
  assert(isNotFound(await sandboxes.get("one").catch((error) => error)));

  const first = await sandboxes.create(made("one", { paused: false }));
  assert(isAlreadyExists(await sandboxes.create(made("one")).catch((error) => error)));
  const second = await sandboxes.update({ ...first, spec: { ...first.spec, paused: true } });
  assert(isConflict(await sandboxes.update(first).catch((error) => error)));
  assert(isInvalid(await sandboxes.update(made("one")).catch((error) => error)), "no version");
  const third = await sandboxes.updateStatus({ ...second, status: { phase: "Running" } });
  assertEquals(third.status?.["phase"], "Running");

  const patched = await sandboxes.patch("one", { metadata: { labels: { a: "b" } } });
  assertEquals(patched.metadata.labels, { a: "b" });
  const operations = [{ op: "replace", path: "/spec/paused", value: false }];
  assertEquals((await sandboxes.patch("one", operations, { type: "json" })).spec["paused"], false);
  const strategic = await assertRejects(
    () => sandboxes.patch("one", { spec: {} }, { type: "strategic" }),
    KubeStatusError,
  );
  assertEquals(strategic.status, 415);

  await sandboxes.apply(made("two", { paused: true }), { fieldManager: "alpha" });
  const taken = () => sandboxes.apply(made("two", { paused: false }), { fieldManager: "beta" });
  assert(isConflict(await taken().catch((error) => error)));
  const forced = await sandboxes.apply(made("two", { paused: false }), { fieldManager: "beta", force: true });
  assertEquals(forced.spec["paused"], false);

  const preconditions = { uid: "00000000-0000-4000-8000-000000000001" };
  assert(isConflict(await sandboxes.delete("one", { preconditions }).catch((error) => error)));
  await sandboxes.delete("one", { preconditions: { uid: first.metadata.uid! }, propagationPolicy: "Background" });
  await sandboxes.deleteCollection();
  assertEquals((await sandboxes.list()).items, []);
});

Deno.test("pages that become too old in the middle: each object once", async () => {
  const objects = Array.from({ length: 25 }, (_, index) => made(`s${String(index).padStart(2, "0")}`));
  await using fake = await startFakeKube({ objects });
  await using kube = await quickClient(fake);
  const names: string[] = [];
  for await (const { metadata } of kube.sandboxes("").listAll({ pageSize: 10 })) {
    names.push(metadata.name!);
    if (names.length !== 10) continue;
    fake.write(made("s99"));
    fake.compact();
  }
  assertEquals(names, [...objects.map(({ metadata }) => metadata.name!), "s99"]);
});

Deno.test("a watch over ends, cut connections and a compaction misses nothing", async () => {
  await using fake = await startFakeKube({ objects: [made("a")] });
  await using kube = await quickClient(fake);
  const iterator = kube.sandboxes().watch()[Symbol.asyncIterator]();
  const told: string[] = [];
  async function next(): Promise<void> {
    const { value } = await iterator.next();
    told.push(`${value!.type} ${value!.type === "RESYNCED" ? value!.items.length : value!.object.metadata.name}`);
  }
  await next();
  fake.write(made("b"));
  await next();
  fake.endWatches();
  fake.write(made("c"));
  await next();
  fake.next({ cutAfterBytes: 20, when: ({ verb }) => verb === "watch" });
  fake.endWatches();
  fake.remove(made("c"));
  await next();
  fake.next({ status: 503, when: ({ verb }) => verb === "watch" });
  fake.endWatches(429);
  fake.write(made("d"));
  await next();
  fake.endWatches(410);
  await next();
  await iterator.return!();
  assertEquals(told, ["ADDED a", "ADDED b", "ADDED c", "DELETED c", "ADDED d", "RESYNCED 3"]);
});

Deno.test("rights that are missing are named, for lists and for watches", async () => {
  const rules = [{ resources: ["sandboxes"], verbs: ["get", "list"] }];
  await using fake = await startFakeKube({ users: [{ name: "admin" }, { name: "viewer", rules }] });
  await using kube = await KubeClient.fromConfig(fake.configOf("viewer"), { fetch: fake.fetch });
  const error = await assertRejects(() => take(kube.sandboxes().watch(), 1), KubeStatusError);
  assert(isForbidden(error));
  assertEquals(
    error.hint,
    'Grant the verb "watch" on sandboxes.agents.kruise.io in the namespace "default" to "viewer", by a Role and a RoleBinding',
  );
});

Deno.test("an informer survives a restart of the API server", async () => {
  await using fake = await startFakeKube({ objects: [made("a"), made("b")] });
  let listener = await fake.listen();
  const port = Number(new URL(listener.url).port);
  const access = await accessFromConfig(listener.config);
  await using kube = createKubeClient(access, kubeFetch(access));
  const told: string[] = [];
  let enough = Promise.withResolvers<void>();
  await using cache = informer(kube.sandboxes());
  cache.subscribe((event) => {
    told.push(event.type === "RESYNCED" ? event.type : `${event.type} ${event.object.metadata.name}`);
    if (told.length === 2 || told.length === 4) enough.resolve();
  });
  await cache.synced;
  await enough.promise;
  enough = Promise.withResolvers();
  await listener[Symbol.asyncDispose]();
  fake.remove(made("a"));
  fake.write(made("c"));
  fake.compact();
  listener = await fake.listen({ port });
  await enough.promise;
  assertEquals(told.toSorted(), ["ADDED a", "ADDED b", "ADDED c", "DELETED a"]);
  assertEquals(cache.list().map(({ metadata }) => metadata.name).toSorted(), ["b", "c"]);
  await cache[Symbol.asyncDispose]();
  await kube.close();
  await listener[Symbol.asyncDispose]();
});

Deno.test("an informer goes on after an ERROR that a watch tells", async () => {
  await using fake = await startFakeKube({ objects: [made("a")] });
  await using kube = await quickClient(fake);
  const errors: unknown[] = [];
  const changed = Promise.withResolvers<void>();
  await using cache = createInformer(kube.sandboxes(), { onError: (error) => errors.push(error) }, new TestClock());
  cache.subscribe((event) => {
    if (event.type === "ADDED" && event.object.metadata.name === "b") changed.resolve();
  });
  await cache.synced;
  while (fake.watches === 0) await new Promise((resolve) => setTimeout(resolve));
  fake.endWatches(500);
  fake.write(made("b"));
  await changed.promise;
  assertEquals(errors.map((error) => (error as KubeStatusError).status), [500]);
});
