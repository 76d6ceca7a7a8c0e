/** The sandboxes of a claim. */

import { assert, assertEquals } from "@std/assert";
import { FakeCluster } from "../../../examples/fake_cluster.ts";
import type { KubeObject } from "../../../src/k8s/mod.ts";
import { fromClaim } from "../../../src/k8s/mod.ts";
import { assertFailure, failure } from "./tools.ts";

const CLAIM_NAME = "agents.kruise.io/claim-name";
const OWNER = "agents.kruise.io/owner";
const lastTransitionTime = "2026-08-22T10:00:01Z";

function claim(name: string, replicas: number, status?: object) {
  const object = { apiVersion: "agents.kruise.io/v1alpha1", kind: "SandboxClaim", metadata: { name } };
  return { ...object, spec: { templateName: "pool", replicas }, ...(status && { status }) };
}

function completed(claimedReplicas: number, reason: string, message: string) {
  const condition = { type: "Completed", status: "True", reason, message, lastTransitionTime };
  return { phase: "Completed", claimedReplicas, message, conditions: [condition] };
}

/** Delivers a sandbox to a claim. */
async function deliver(cluster: FakeCluster, { metadata }: KubeObject, name: string, labels = {}): Promise<void> {
  await cluster.deliver({
    name,
    labels: { [CLAIM_NAME]: metadata.name!, ...labels },
    annotations: { [OWNER]: metadata.uid! },
  });
}

Deno.test("fromClaim: its sandboxes and no others, each by its own id and token", async () => {
  await using cluster = await FakeCluster.start();
  const { kube, gateway: { domain } } = cluster;
  const object = await cluster.claim("job", 1);
  await deliver(cluster, object, "job-short", { "agents.kruise.io/sandbox-id": "k7m2qz4x3p5ab" });
  cluster.api.write({
    ...object,
    ...claim("job", 1, completed(2, "AllReplicasClaimed", "")),
    metadata: object.metadata,
  });
  // Of an older claim with this name, one that could not be delivered, and one of another claim.
  await deliver(cluster, { ...object, metadata: { name: "job", uid: crypto.randomUUID() } }, "older");
  await deliver(cluster, object, "failed", { "agents.kruise.io/reserved-failed-sandbox": "true" });
  await cluster.claim("other", 1);
  const found = await fromClaim("default", "job", { kube, domain });
  assertEquals(found.map(({ sandboxId }) => sandboxId), ["default--job-1", "k7m2qz4x3p5ab"]);
  for (const { commands } of found) assertEquals((await commands.run("echo hello")).stdout, "hello\n");
});

Deno.test("fromClaim: Completed is not success", async () => {
  await using cluster = await FakeCluster.start();
  const { kube, gateway: { domain }, api } = cluster;
  const rows: readonly (readonly [status: object | undefined, message: RegExp, hint: RegExp, retryable: boolean])[] = [
    [
      undefined,
      /^Cannot use claim "job" in "default": it has 0 of 2 sandboxes so far$/,
      /waitForClaim.*waitReady/,
      true,
    ],
    [{ phase: "Claiming", claimedReplicas: 1 }, /it has 1 of 2 sandboxes so far$/, /waitReady/, true],
    [
      completed(1, "TimeoutReached", "Timeout reached after 1m0.9s, claimed 1/2 sandboxes"),
      /^Cannot use claim "job" in "default": it is completed with 1 of 2 sandboxes \(.*Timeout reached after 1m0.9s/,
      /pool "pool" had too few.*scaleSandboxSet/,
      false,
    ],
    [
      completed(0, "SandboxSetNotFound", "no such pool"),
      /with 0 of 2 sandboxes/,
      /kubectl get sandboxsets pool/,
      false,
    ],
  ];
  for (const [status, message, hint, retryable] of rows) {
    api.write(claim("job", 2, status));
    const error = await failure(() => fromClaim("default", "job", { kube, domain }));
    assertFailure(error, { name: "SandboxError", code: "claim_incomplete", message, hint });
    assertEquals((error as { retryable?: boolean }).retryable, retryable);
  }
});

Deno.test("fromClaim: fewer are enough with minReplicas", async () => {
  await using cluster = await FakeCluster.start();
  const { kube, gateway: { domain }, api } = cluster;
  const object = api.write(claim("job", 3, completed(2, "TimeoutReached", "Timeout reached")));
  await deliver(cluster, object, "job-1");
  await deliver(cluster, object, "job-2");
  const from = (minReplicas?: number) => fromClaim("default", "job", { kube, domain, minReplicas });
  const ids = async (minReplicas: number) => (await from(minReplicas)).map(({ sandboxId }) => sandboxId);
  assertEquals(await ids(2), ["default--job-1", "default--job-2"]);
  assertEquals(await ids(1), ["default--job-1", "default--job-2"]);
  for (const minReplicas of [undefined, 3]) {
    const message = /it is completed with 2 of 3 sandboxes/;
    assertFailure(await failure(() => from(minReplicas)), { name: "SandboxError", code: "claim_incomplete", message });
  }

  // One goes, and then the other is paused.
  api.remove({ ...object, kind: "Sandbox", metadata: { name: "job-2" } });
  const gone = await failure(() => from(2));
  const message = /^Cannot use claim "job" in "default": it has 1 sandbox left, and 2 are wanted$/;
  assertFailure(gone, { name: "SandboxError", code: "claim_incomplete", message, hint: /minReplicas/ });
  await kube.sandboxes().patch("job-1", { spec: { paused: true } });
  const paused = await failure(() => from(1));
  assertFailure(paused, {
    name: "SandboxNotRunningError",
    code: "sandbox_not_running",
    message: /^Cannot use sandbox "job-1" in "default": it is paused/,
    hint: /resumeSandbox/,
  });
  assertEquals(await ids(0), []);
});

Deno.test("fromClaim: a claim that is not there, or not any more", async () => {
  await using cluster = await FakeCluster.start();
  const { kube, gateway: { domain } } = cluster;
  const error = await failure(() => fromClaim("default", "job", { kube, domain }));
  const message = /^Cannot use claim "job" in "default": there is none$/;
  assertFailure(error, { name: "KubeStatusError", code: "kube_status", message, hint: /ttlAfterCompleted/ });
});

Deno.test("fromClaim: waitReady waits for the claim, and for its sandboxes", async () => {
  await using cluster = await FakeCluster.start();
  const { kube, gateway: { domain }, api } = cluster;
  const object = api.write(claim("job", 2, { phase: "Claiming" }));
  const found = fromClaim("default", "job", { kube, domain, waitReady: true });
  await watched(cluster, "sandboxclaims");
  await deliver(cluster, object, "job-1");
  await deliver(cluster, object, "job-2");
  await kube.sandboxes().patch("job-2", { spec: { paused: true } });
  api.write({ ...claim("job", 2, completed(2, "AllReplicasClaimed", "")), metadata: object.metadata });
  await watched(cluster, "sandboxes");
  await kube.sandboxes().patch("job-2", { spec: { paused: false } });
  const clients = await found;
  assertEquals(clients.map(({ sandboxId }) => sandboxId), ["default--job-1", "default--job-2"]);
  for (const { commands } of clients) assertEquals((await commands.run("echo hello")).stdout, "hello\n");
});

Deno.test("fromClaim: waitReady waits no longer than until enough run, or too few can", async () => {
  await using cluster = await FakeCluster.start();
  const { kube, gateway: { domain }, api } = cluster;
  const object = api.write(claim("job", 3, completed(3, "AllReplicasClaimed", "")));
  for (const name of ["job-1", "job-2", "job-3"]) await deliver(cluster, object, name);
  const at = (name: string) => api.get({ ...object, kind: "Sandbox", metadata: { name } })!;
  const pending = (name: string) => api.write({ ...at(name), status: { phase: "Pending" } } as KubeObject);
  const running = at("job-2");
  for (const name of ["job-2", "job-3"]) pending(name);

  // With no limit: what waits for all three of them does so for ever.
  const options = { kube, domain, waitReady: true, timeoutMs: 0, signal: AbortSignal.timeout(30_000) };
  const two = fromClaim("default", "job", { ...options, minReplicas: 2 });
  await watched(cluster, "sandboxes", 2);
  api.write(running);
  assertEquals((await two).map(({ sandboxId }) => sandboxId), ["default--job-1", "default--job-2"]);

  pending("job-2");
  const before = api.requests.length;
  const three = failure(() => fromClaim("default", "job", options));
  await watched(cluster, "sandboxes", 2, before);
  api.remove(running);
  const message = /^Cannot wait for sandbox "job-2" in "default": it was deleted meanwhile/;
  assertFailure(await three, { name: "NotFoundError", code: "sandbox_not_found", message });
});

Deno.test("fromClaim: waitReady and a claim that ends with too few, or not at all", async () => {
  await using cluster = await FakeCluster.start();
  const { kube, gateway: { domain }, api } = cluster;
  const object = api.write(claim("job", 2, { phase: "Claiming" }));
  const late = await failure(() => fromClaim("default", "job", { kube, domain, waitReady: true, timeoutMs: 2_000 }));
  assertFailure(late, { name: "TimeoutError", code: "wait_timeout", message: /it has 0 of 2 sandboxes after \d+ ms/ });

  const before = api.requests.length;
  const [short, enough] = [undefined, 1].map((minReplicas) =>
    fromClaim("default", "job", { kube, domain, waitReady: true, minReplicas })
  );
  await watched(cluster, "sandboxclaims", 2, before);
  await deliver(cluster, object, "job-1");
  api.write({ ...claim("job", 2, completed(1, "TimeoutReached", "Timeout reached")), metadata: object.metadata });
  const error = await failure(() => short!);
  assertFailure(error, { name: "SandboxError", code: "claim_incomplete", message: /with 1 of 2 sandboxes/ });
  assertEquals((await enough!).map(({ sandboxId }) => sandboxId), ["default--job-1"]);
  assert(api.watches <= 1, "only the cluster's own");
});

Deno.test("fromClaim: a claim that vanishes while it is waited for", async () => {
  await using cluster = await FakeCluster.start();
  const { kube, gateway: { domain }, api } = cluster;
  const object = api.write(claim("job", 2, { phase: "Claiming", claimedReplicas: 1 }));
  const calls = [undefined, 1].map((minReplicas) =>
    failure(() => fromClaim("default", "job", { kube, domain, waitReady: true, minReplicas }))
  );
  await watched(cluster, "sandboxclaims", 2);
  api.remove(object);
  for (const error of await Promise.all(calls)) {
    const message = /it was deleted with 1 of 2 sandboxes/;
    assertFailure(error, { name: "SandboxError", code: "claim_incomplete", message, hint: /releaseClaim/ });
  }
});

Deno.test("fromClaim: a claim that is made anew while it is waited for", async () => {
  await using cluster = await FakeCluster.start();
  const { kube, gateway: { domain }, api } = cluster;
  const object = api.write(claim("job", 2, { phase: "Claiming" }));
  const waiting = failure(() => fromClaim("default", "job", { kube, domain, waitReady: true, minReplicas: 1 }));
  await watched(cluster, "sandboxclaims");
  api.remove(object);
  await cluster.claim("job", 2);
  const message = /it was deleted/;
  assertFailure(await waiting, { name: "SandboxError", code: "claim_incomplete", message });
});

/** Waits until so many watches of single objects of a kind were opened. */
async function watched({ api }: FakeCluster, plural: string, count = 1, from = 0): Promise<void> {
  const opened = () =>
    api.requests.slice(from).filter(({ verb, path, query }) =>
      verb === "watch" && path.endsWith(`/${plural}`) && query["fieldSelector"] !== undefined
    ).length;
  while (opened() < count) await new Promise((resolve) => setTimeout(resolve));
}
