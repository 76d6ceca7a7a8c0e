/** Sandboxes found by the id that the gateway knows them by. */

import { assertEquals } from "@std/assert";
import { FakeCluster } from "../../../examples/fake_cluster.ts";
import { fromSandboxId, KubeClient } from "../../../src/k8s/mod.ts";
import { startFakeKube } from "../../../src/testing/mod.ts";
import { assertFailure, failure } from "./tools.ts";

const ID = "agents.kruise.io/sandbox-id";
const DOMAIN = "127.0.0.1:7788";
const READY = { type: "Ready", status: "True", reason: "PodReady", message: "" };
const RUNNING = { phase: "Running", conditions: [{ ...READY, lastTransitionTime: "2026-08-22T09:58:31Z" }] };

function sandbox(namespace: string, name: string, id?: string) {
  const labels = id === undefined ? {} : { [ID]: id };
  const object = { apiVersion: "agents.kruise.io/v1alpha1", kind: "Sandbox", spec: {}, status: RUNNING };
  return { ...object, metadata: { namespace, name, labels, annotations: { from: `${namespace}/${name}` } } };
}

Deno.test("fromSandboxId: by a short id, and by namespace--name", async () => {
  await using cluster = await FakeCluster.start();
  const { kube, gateway: { domain } } = cluster;
  await cluster.deliver({ name: "labelled", namespace: "team", labels: { [ID]: "k7m2qz4x3p5ab" } });
  await cluster.deliver({ name: "plain", namespace: "team" });
  for (const id of ["k7m2qz4x3p5ab", "team--plain"]) {
    const found = await fromSandboxId(id, { kube, domain });
    assertEquals([found.sandboxId, (await found.commands.run("echo hello")).stdout], [id, "hello\n"]);
  }
});

Deno.test("fromSandboxId: two hyphens in names and namespaces, and what an id is not", async () => {
  const objects = [
    sandbox("a", "b--c"),
    sandbox("a--b", "d"),
    sandbox("a", "x--y"),
    sandbox("a--x", "y"),
    sandbox("team", "labelled", "k7m2qz4x3p5ab"),
    sandbox("a", "odd", "custom--id"),
    sandbox("a", "twin", "twins"),
    sandbox("b", "twin", "twins"),
  ];
  await using api = await startFakeKube({ objects });
  await using kube = await KubeClient.fromConfig(api.config, { fetch: api.fetch });
  const asked: string[] = [];
  const found = async (id: string) => {
    const before = api.requests.length;
    const { sandboxId } = await fromSandboxId(id, { kube, domain: DOMAIN });
    asked.push(...api.requests.slice(before).map(({ verb, path }) => `${verb} ${path.split("/v1alpha1/")[1]}`));
    return sandboxId;
  };
  assertEquals(await found("a--b--c"), "a--b--c");
  assertEquals(await found("a--b--d"), "a--b--d");
  assertEquals(await found("custom--id"), "custom--id");
  assertEquals(asked, [
    "get namespaces/a/sandboxes/b--c",
    "get namespaces/a--b/sandboxes/c",
    "get namespaces/a/sandboxes/b--d",
    "get namespaces/a--b/sandboxes/d",
    "get namespaces/custom/sandboxes/id",
    "list sandboxes",
  ]);

  const rows: readonly (readonly [id: string, message: RegExp, hint: RegExp])[] = [
    [
      "a--x--y",
      /^Cannot tell which sandbox "a--x--y" is: sandbox "x--y" in "a" and sandbox "y" in "a--x" have/,
      /fromK8s/,
    ],
    ["twins", /^Cannot tell which sandbox "twins" is: sandbox "twin" in "a" and sandbox "twin" in "b" have/, /fromK8s/],
    [
      "team--labelled",
      /^Cannot find sandbox "team--labelled": no sandbox has this id$/,
      /The id of sandbox "labelled"/,
    ],
    ["team--nobody", /no sandbox has this id$/, /agents\.kruise\.io\/sandbox-id/],
    ["nobody", /no sandbox has this id$/, /agents\.kruise\.io\/sandbox-id/],
    ["Nobody_1.2", /no sandbox has this id$/, /agents\.kruise\.io\/sandbox-id/],
  ];
  for (const [id, message, hint] of rows) {
    const error = await failure(() => fromSandboxId(id, { kube, domain: DOMAIN }));
    assertFailure(error, { name: "NotFoundError", code: "sandbox_not_found", message, hint });
  }
});

Deno.test("fromSandboxId: with rights to one namespace", async () => {
  const rules = [{ resources: ["sandboxes"], verbs: ["get", "list"], namespaces: ["default"] }];
  const objects = [
    sandbox("default", "mine", "k7m2qz4x3p5ab"),
    sandbox("default", "plain"),
    sandbox("b", "b", "other"),
  ];
  await using api = await startFakeKube({ objects, users: [{ name: "admin" }, { name: "dev", rules }] });
  await using kube = await KubeClient.fromConfig(api.configOf("dev"), { fetch: api.fetch });
  for (const id of ["k7m2qz4x3p5ab", "default--plain"]) {
    assertEquals((await fromSandboxId(id, { kube, domain: DOMAIN })).sandboxId, id);
  }
  const rows: readonly (readonly [id: string, message: RegExp, hint: RegExp])[] = [
    ["other", /cannot list/, /^Grant the verb "list" on sandboxes.agents.kruise.io to "dev", by a ClusterRole/],
    [
      "b--b",
      /cannot get/,
      /^Grant the verb "get" on sandboxes.agents.kruise.io in the namespace "b" to "dev", by a Role/,
    ],
  ];
  for (const [id, message, hint] of rows) {
    const error = await failure(() => fromSandboxId(id, { kube, domain: DOMAIN }));
    assertFailure(error, { name: "KubeStatusError", code: "kube_status", message, hint });
  }
  const missing = await failure(() => fromSandboxId("default--nobody", { kube, domain: DOMAIN }));
  assertFailure(missing, { name: "NotFoundError", code: "sandbox_not_found", message: /no sandbox has this id$/ });
});
