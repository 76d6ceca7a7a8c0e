/** Sandboxes that are waited for. */

import { assert, assertEquals } from "@std/assert";
import { FakeCluster } from "../../../examples/fake_cluster.ts";
import { fromK8s, fromSandboxId, type KubeObject, pauseSandbox, resumeSandbox } from "../../../src/k8s/mod.ts";
import { assertFailure, failure } from "./tools.ts";

const TARGET = { namespace: "default", name: "mine" };

/** Waits until the one sandbox is watched. */
async function watched({ api }: FakeCluster): Promise<void> {
  while (!api.requests.some(({ verb, query }) => verb === "watch" && query["fieldSelector"] === "metadata.name=mine")) {
    await new Promise((resolve) => setTimeout(resolve));
  }
}

/** Delivers a sandbox, and puts it back to where it is still being created. */
async function create(cluster: FakeCluster): Promise<{ readonly whole: KubeObject; readonly pending: KubeObject }> {
  const { object } = await cluster.deliver({ name: "mine" });
  const whole = cluster.api.get(object)!;
  const pending = cluster.api.write({ ...whole, status: { phase: "Pending" } });
  return { whole, pending };
}

Deno.test("waitReady: paused, and resumed by somebody else", async () => {
  await using cluster = await FakeCluster.start();
  const { kube, gateway: { domain } } = cluster;
  await cluster.deliver({ name: "mine" });
  await pauseSandbox(kube, TARGET);
  const found = fromSandboxId("default--mine", { kube, domain, waitReady: true });
  await watched(cluster);
  await resumeSandbox(kube, TARGET);
  assertEquals((await (await found).commands.run("echo hello")).stdout, "hello\n");
  assertEquals(cluster.api.watches, 1, "the cluster's own");
});

Deno.test("waitReady: a running sandbox is not watched", async () => {
  await using cluster = await FakeCluster.start();
  const { kube, gateway: { domain }, api } = cluster;
  await cluster.deliver({ name: "mine" });
  const before = api.requests.length;
  await fromK8s("default", "mine", { kube, domain, waitReady: true });
  assertEquals(api.requests.slice(before).map(({ verb }) => verb), ["get"]);
});

Deno.test("waitReady: the gateway hears of it later than the API server", async () => {
  await using cluster = await FakeCluster.start();
  const { kube, gateway, api } = cluster;
  const { object } = await cluster.deliver({ name: "mine" });
  api.write({ ...object, status: { phase: "Pending" } });
  const asked: string[] = [];
  // A gateway that does not know the sandbox yet, at first.
  const late: typeof fetch = async (input, init) => {
    const response = asked.length < 2
      ? new Response("sandbox not found: default--mine", { status: 502, headers: { "content-type": "text/plain" } })
      : await fetch(input, init);
    asked.push(`${response.status} ${new URL(input instanceof Request ? input.url : input).pathname}`);
    return response;
  };
  const found = fromK8s("default", "mine", { kube, domain: gateway.domain, waitReady: true, fetch: late });
  await watched(cluster);
  api.write(object);
  assertEquals((await (await found).commands.run("echo hello")).stdout, "hello\n");
  assertEquals(asked.slice(0, 3), ["502 /health", "502 /health", "204 /health"]);
});

Deno.test("waitReady: its limit holds for a gateway that never hears of it, too", async () => {
  await using cluster = await FakeCluster.start();
  const { kube, api } = cluster;
  const { whole } = await create(cluster);
  const never = () => Promise.resolve(new Response("sandbox not found: default--mine", { status: 502 }));
  const found = fromK8s("default", "mine", {
    kube,
    domain: "gateway.test",
    fetch: never,
    retry: { gatewayMs: 3_600_000 },
    waitReady: true,
    timeoutMs: 2_000,
    signal: AbortSignal.timeout(30_000),
  });
  await watched(cluster);
  api.write(whole);
  assertEquals((await found).sandboxId, "default--mine");
});

Deno.test("waitReady: a sandbox that never runs", async () => {
  await using cluster = await FakeCluster.start();
  const { kube, gateway: { domain }, api } = cluster;
  const { pending } = await create(cluster);
  const options = { kube, domain, waitReady: true };
  const late = await failure(() => fromK8s("default", "mine", { ...options, timeoutMs: 2_000 }));
  assertFailure(late, {
    name: "TimeoutError",
    code: "wait_timeout",
    message:
      /^Cannot wait for sandbox "mine" in "default" to be running: still creating after \d+ ms \(phase Pending\)$/,
    hint: /timeoutMs/,
  });

  const reason = new Error("mine");
  const aborted = new AbortController();
  const waiting = failure(() => fromK8s("default", "mine", { ...options, signal: aborted.signal }));
  await watched(cluster);
  aborted.abort(reason);
  assertEquals(await waiting, reason);

  const failing = failure(() => fromK8s("default", "mine", options));
  api.write({ ...pending, status: { phase: "Failed", message: "Pod Not Found" } });
  assertFailure(await failing, {
    name: "SandboxNotRunningError",
    code: "sandbox_not_running",
    message: /it is dead \(ResourceFailed: phase Failed, message "Pod Not Found"\)$/,
    hint: /does not come back/,
  });
});

Deno.test("waitReady: deleted, created anew or given away meanwhile", async () => {
  await using cluster = await FakeCluster.start();
  const { kube, gateway: { domain }, api } = cluster;
  const owner = { "agents.kruise.io/owner": "somebody" };
  const rows:
    readonly (readonly [change: (object: KubeObject) => void, name: string, code: string, message: RegExp])[] = [
      [(object) => api.remove(object), "NotFoundError", "sandbox_not_found", /it was deleted meanwhile/],
      [
        (object) => {
          api.remove(object);
          api.write({ ...object, metadata: { name: "mine" } });
        },
        "NotFoundError",
        "sandbox_not_found",
        /it was deleted meanwhile|it was deleted, and another one has its name/,
      ],
      [
        (object) => api.write({ ...object, metadata: { ...object.metadata, annotations: owner } }),
        "AuthenticationError",
        "forbidden",
        /^Cannot go on with sandbox "mine" in "default": it was given to somebody else$/,
      ],
    ];
  for (const [change, name, code, message] of rows) {
    const { whole } = await create(cluster);
    const before = api.requests.length;
    const waiting = failure(() => fromK8s("default", "mine", { kube, domain, waitReady: true }));
    while (!api.requests.slice(before).some(({ verb }) => verb === "watch")) {
      await new Promise((done) => setTimeout(done));
    }
    change(whole);
    const error = await waiting;
    assertEquals([error.name, (error as { code?: string }).code], [name, code], error.message);
    assert(message.test(error.message), error.message);
  }
});
