/** The main job through Kubernetes: from a name to a command that ran, on the fake API, gateway and runtime. */

import { assert, assertEquals } from "@std/assert";
import { FakeCluster } from "../../../examples/fake_cluster.ts";
import { RuntimeClient } from "../../../mod.ts";
import { fromK8s } from "../../../src/k8s/mod.ts";
import { assertFailure, failure } from "./tools.ts";

const TOKEN = "agents.kruise.io/runtime-access-token";
const OLD_TOKEN = "e2b.agents.kruise.io/envd-access-token";
const ID = "agents.kruise.io/sandbox-id";

async function echo(sandbox: RuntimeClient): Promise<string> {
  return (await sandbox.commands.run("echo hello")).stdout;
}

Deno.test("fromK8s: by its name, with the token of the object, and one request", async () => {
  await using cluster = await FakeCluster.start();
  const { kube, gateway: { domain }, api } = cluster;
  await cluster.deliver({ name: "mine" });
  const before = api.requests.length;
  const sandbox = await fromK8s("default", "mine", { kube, domain });
  assert(sandbox instanceof RuntimeClient);
  assertEquals([sandbox.sandboxId, sandbox.runtimeUrl], ["default--mine", `http://${domain}`]);
  assertEquals(await echo(sandbox), "hello\n");
  assertEquals(api.requests.slice(before).map(({ verb, path }) => [verb, path]), [
    ["get", "/apis/agents.kruise.io/v1alpha1/namespaces/default/sandboxes/mine"],
  ]);
});

Deno.test("fromK8s: a sandbox with a short id is known by that alone", async () => {
  await using cluster = await FakeCluster.start();
  const { kube, gateway: { domain } } = cluster;
  await cluster.deliver({ name: "mine", labels: { [ID]: "k7m2qz4x3p5ab" } });
  const sandbox = await fromK8s("default", "mine", { kube, domain });
  assertEquals([sandbox.sandboxId, await echo(sandbox)], ["k7m2qz4x3p5ab", "hello\n"]);
  await cluster.deliver({ name: "other", labels: { [ID]: "" } });
  assertEquals((await fromK8s("default", "other", { kube, domain })).sandboxId, "default--other", "an empty label");
});

Deno.test("fromK8s: the token's older place, where the newer one is empty or missing", async () => {
  await using cluster = await FakeCluster.start();
  const { kube, gateway: { domain }, api } = cluster;
  const { object, runtime } = await cluster.deliver({ name: "mine", isTokenStored: false });
  for (const annotations of [{ [OLD_TOKEN]: runtime.token }, { [OLD_TOKEN]: runtime.token, [TOKEN]: "" }]) {
    api.write({ ...object, metadata: { ...object.metadata, annotations } });
    assertEquals(await echo(await fromK8s("default", "mine", { kube, domain })), "hello\n");
  }
  const annotations = { [OLD_TOKEN]: "an old one", [TOKEN]: runtime.token };
  api.write({ ...object, metadata: { ...object.metadata, annotations } });
  assertEquals(await echo(await fromK8s("default", "mine", { kube, domain })), "hello\n", "the newer one wins");
});

Deno.test("fromK8s: a token of the caller's wins, and is not looked for again", async () => {
  await using cluster = await FakeCluster.start();
  const { kube, gateway: { domain }, api } = cluster;
  const { runtime } = await cluster.deliver({ name: "mine", annotations: { [TOKEN]: "not this one" } });
  const right = await fromK8s("default", "mine", { kube, domain, runtimeToken: runtime.token });
  assertEquals(await echo(right), "hello\n");

  const before = api.requests.length;
  const wrong = await fromK8s("default", "mine", { kube, domain, runtimeToken: "a wrong token" });
  const error = await failure(() => echo(wrong));
  assertFailure(error, { name: "AuthenticationError", code: "unauthenticated", message: /^Cannot / });
  assertEquals(api.requests.length - before, 1);
});

Deno.test("fromK8s: no token, and a runtime that asks for one", async () => {
  await using cluster = await FakeCluster.start();
  const { kube, gateway: { domain } } = cluster;
  await cluster.deliver({ name: "mine", isTokenStored: false });
  const error = await failure(async () => await echo(await fromK8s("default", "mine", { kube, domain })));
  assertFailure(error, {
    name: "AuthenticationError",
    code: "unauthenticated",
    message: /^Cannot /,
    hint: /runtimeToken/,
  });
});

Deno.test("fromK8s: every option of a client comes to it, and a base URL takes no gateway", async () => {
  await using cluster = await FakeCluster.start();
  const { kube } = cluster;
  const { runtime } = await cluster.deliver({ name: "mine" });
  const seen: string[] = [];
  const sandbox = await fromK8s("default", "mine", {
    kube,
    sandboxBaseUrl: runtime.url,
    headers: { "x-mine": "1" },
    fetch: async (input, init) => {
      seen.push(`${new Headers(init?.headers).get("x-mine")} ${new Headers(init?.headers).get("e2b-sandbox-id")}`);
      return await fetch(input, init);
    },
  });
  assertEquals(await sandbox.health(), true);
  assertEquals(seen, ["1 default--mine"]);
});
