/** The example against the fake API. `node:test` is there on Node, Deno and Bun. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { isForbidden, KubeClient } from "../../src/k8s/mod.ts";
import { startFakeKube } from "../../src/testing/mod.ts";
import { lookAround } from "../../examples/kubernetes.ts";

function pod(name: string, namespace: string): Parameters<ReturnType<KubeClient["pods"]>["create"]>[0] {
  const spec = { nodeName: "node-1", containers: [{ name: "main", image: "local" }] };
  return { apiVersion: "v1", kind: "Pod", metadata: { name, namespace }, spec, status: { phase: "Running" } };
}

test("pods are counted and looked for, a namespace is made, read and deleted", async () => {
  await using fake = await startFakeKube({ objects: [pod("example", "default"), pod("other", "elsewhere")] });
  await using kube = await KubeClient.fromConfig(fake.config, { fetch: fake.fetch });
  const said: string[] = [];
  await lookAround(kube, "example", (line) => said.push(line));
  assert.deepEqual(said.slice(1, 3), [
    "There are 2 pods in all namespaces, and 1 here",
    'The pod "example" is Running on node-1',
  ]);
  assert.match(said[3]!, /^The namespace "look-around-\w{5}" is /);
  assert.match(said[4]!, /^The namespace "look-around-\w{5}" is deleted$/);
  await lookAround(kube, "absent", (line) => said.push(line));
  assert.equal(said[7], 'There is no pod "absent" here');
});

test("missing rights are told", async () => {
  await using fake = await startFakeKube({ users: [{ name: "viewer", rules: [{ resources: ["pods"] }] }] });
  await using kube = await KubeClient.fromConfig(fake.config, { fetch: fake.fetch });
  await assert.rejects(() => lookAround(kube, "example", () => {}), (error) => {
    assert(isForbidden(error));
    assert.match(error.hint ?? "", /^Grant the verb "create" on namespaces to "viewer"/);
    return true;
  });
});
