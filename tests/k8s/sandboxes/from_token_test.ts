/** What happens to a client's token when the sandbox behind it changes. */

import { assert, assertEquals } from "@std/assert";
import { FakeCluster } from "../../../examples/fake_cluster.ts";
import type { RuntimeClient } from "../../../mod.ts";
import { fromK8s } from "../../../src/k8s/mod.ts";
import { assertFailure, failure, shownBy } from "./tools.ts";

const TOKEN = "agents.kruise.io/runtime-access-token";
const OWNER = "agents.kruise.io/owner";
const ID = "agents.kruise.io/sandbox-id";

async function echo(sandbox: RuntimeClient): Promise<string> {
  return (await sandbox.commands.run("echo hello")).stdout;
}

Deno.test("token: a new one of the same sandbox is read after the refusal", async () => {
  await using cluster = await FakeCluster.start();
  const { kube, gateway: { domain }, api } = cluster;
  const { object, runtime } = await cluster.deliver({ name: "mine", annotations: { [TOKEN]: "an old one" } });
  const sandbox = await fromK8s("default", "mine", { kube, domain });
  api.write({ ...object, metadata: { ...object.metadata, annotations: { [TOKEN]: runtime.token } } });
  const before = api.requests.length;
  assertEquals(await echo(sandbox.with({ user: "root" })), "hello\n");
  assertEquals(await echo(sandbox), "hello\n");
  assertEquals(api.requests.slice(before).map(({ verb }) => verb), ["get"], "once for all");
});

Deno.test("token: one that is not right stays an error, which shows none", async () => {
  await using cluster = await FakeCluster.start();
  const { kube, gateway: { domain } } = cluster;
  const { runtime } = await cluster.deliver({ name: "mine", annotations: { [TOKEN]: "wrong-7f3a9" } });
  const error = await failure(async () => await echo(await fromK8s("default", "mine", { kube, domain })));
  assertFailure(error, { name: "AuthenticationError", code: "unauthenticated", message: /unauthorized/ });
  for (const token of ["wrong-7f3a9", runtime.token]) assert(!shownBy(error).includes(token), shownBy(error));
});

Deno.test("token: a sandbox that was created anew gets no command", async () => {
  await using cluster = await FakeCluster.start();
  const { kube, gateway: { domain } } = cluster;
  const { runtime: old } = await cluster.deliver({ name: "mine" });
  const sandbox = await fromK8s("default", "mine", { kube, domain });
  assertEquals(await echo(sandbox), "hello\n");
  const { runtime } = await cluster.deliver({ name: "mine" });
  // Whoever it is for has it at once.
  const next = await fromK8s("default", "mine", { kube, domain });
  await next.files.writeText("theirs", "1");

  const calls: (() => Promise<unknown>)[] = [
    () => sandbox.commands.run("rm theirs"),
    () => sandbox.commands.list(),
    () => sandbox.files.remove("theirs"),
    () => sandbox.pty.create({ cols: 80, rows: 24 }),
  ];
  for (const call of calls) {
    const error = await failure(call);
    assertFailure(error, {
      name: "AuthenticationError",
      code: "unauthenticated",
      message: /^Cannot get the runtimeToken/,
    });
    assertFailure(error.cause as Error, {
      name: "NotFoundError",
      code: "sandbox_not_found",
      message: /^Cannot go on with sandbox "mine" in "default": it was deleted, and another one has its name$/,
      hint: /claim or create another one/,
    });
    for (const token of [old.token, runtime.token]) assert(!shownBy(error).includes(token), shownBy(error));
  }
  assertEquals(await next.files.exists("theirs"), true);
});

Deno.test("token: a sandbox that was deleted", async () => {
  await using cluster = await FakeCluster.start();
  const { kube, api } = cluster;
  const { object, runtime } = await cluster.deliver({ name: "mine", annotations: { [TOKEN]: "wrong" } });
  // Not by the gateway, which hears of it soon.
  const sandbox = await fromK8s("default", "mine", { kube, sandboxBaseUrl: runtime.url });
  api.remove(object);
  const error = await failure(() => echo(sandbox));
  assertFailure(error, { name: "AuthenticationError", code: "unauthenticated", message: /^Cannot / });
  const message = /^Cannot go on with sandbox "mine" in "default": it was deleted$/;
  assertFailure(error.cause as Error, { name: "NotFoundError", code: "sandbox_not_found", message, hint: /claim/ });
});

Deno.test("token: the same object, given to somebody else", async () => {
  await using cluster = await FakeCluster.start();
  const { kube, gateway: { domain }, api } = cluster;
  const rows: readonly (readonly [name: string, before: object, after: object])[] = [
    ["another owner", { annotations: { [OWNER]: "one" } }, { annotations: { [OWNER]: "two" } }],
    ["back in its pool", { annotations: { [OWNER]: "one" } }, { annotations: {} }],
    ["a first owner", { annotations: {} }, { annotations: { [OWNER]: "one" } }],
    ["another id", { labels: { [ID]: "k7m2qz4x3p5ab" } }, { labels: { [ID]: "r4m2qz4x3p5cd" } }],
  ];
  for (const [name, before, after] of rows) {
    const { object, runtime } = await cluster.deliver({ name: "mine" });
    const { uid } = object.metadata;
    const write = (token: string, more: { annotations?: object }) => {
      const annotations = { ...more.annotations, [TOKEN]: token };
      api.write({ ...object, metadata: { ...object.metadata, ...more, annotations } });
    };
    write("of the one before", before);
    const sandbox = await fromK8s("default", "mine", { kube, domain });
    write(runtime.token, after);
    // The gateway still knows it by its first id.
    cluster.gateway.route(sandbox.sandboxId!, runtime);
    const error = await failure(() => echo(sandbox));
    assertEquals(api.get(object)?.metadata.uid, uid, name);
    const message = /^Cannot go on with sandbox "mine" in "default": it was given to somebody else$/;
    assertFailure(error.cause as Error, { name: "AuthenticationError", code: "forbidden", message, hint: /claim/ });
    assert(!shownBy(error).includes(runtime.token), name);
  }
});

Deno.test("token: an API server that fails meanwhile is the cause of the error", async () => {
  await using cluster = await FakeCluster.start();
  const { kube, gateway: { domain }, api } = cluster;
  await cluster.deliver({ name: "mine", annotations: { [TOKEN]: "wrong" } });
  const sandbox = await fromK8s("default", "mine", { kube, domain });
  api.next({ status: 403, when: ({ verb }) => verb === "get" });
  const error = await failure(() => echo(sandbox));
  assertFailure(error, {
    name: "AuthenticationError",
    code: "unauthenticated",
    message: /^Cannot get the runtimeToken/,
  });
  assertFailure(error.cause as Error, {
    name: "KubeStatusError",
    code: "kube_status",
    message: /^Cannot get sandboxes/,
  });
});
