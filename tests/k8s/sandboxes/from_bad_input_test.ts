/** What cannot be: each with its class, its code and its hint, and nothing asked where that was clear before. */

import { assert, assertEquals } from "@std/assert";
import { fromClaim, fromK8s, type FromK8sOptions, fromSandboxId, KubeClient } from "../../../src/k8s/mod.ts";
import { startFakeKube } from "../../../src/testing/mod.ts";
import { assertFailure, failure, shownBy } from "./tools.ts";

const DOMAIN = "127.0.0.1:7788";
const OBJECT = { apiVersion: "agents.kruise.io/v1alpha1", kind: "Sandbox" };
const POOL = {
  apiVersion: "agents.kruise.io/v1alpha1",
  kind: "SandboxSet",
  name: "pool",
  uid: "0d9a5b3e-6a0c-4a37-9e55-1f2f6f0b7a11",
  controller: true,
};
const SECRET = "b1f7a4a0-9d1e-4d0b-8a1c-0c6a2f6d9e77";
const lastTransitionTime = "2026-08-22T09:58:31Z";

function ready(status: "True" | "False") {
  return [{ type: "Ready", status, reason: "PodReady", message: "", lastTransitionTime }];
}

Deno.test("names and options that cannot be: before anything is asked", async () => {
  await using api = await startFakeKube();
  await using kube = await KubeClient.fromConfig(api.config, { fetch: api.fetch });
  const good: FromK8sOptions = { kube, domain: DOMAIN };
  const wrong = (more: object) => ({ ...good, ...more }) as FromK8sOptions;
  const rows: readonly (readonly [call: () => Promise<unknown>, name: string, message: RegExp])[] = [
    ...["a/b", "..", "Upper", "-a", "a b", "a".repeat(254)].flatMap((name) =>
      [fromK8s, fromClaim].map((from) => [() => from("default", name, good), "RangeError", /^Cannot use "/] as const)
    ),
    ...["a/b", "..", "Upper", "a.b", "a".repeat(64)].flatMap((namespace) =>
      [fromK8s, fromClaim].map((from) => [() => from(namespace, "mine", good), "RangeError", /^Cannot use "/] as const)
    ),
    ...[fromK8s, fromClaim].flatMap((from) =>
      [
        [() => from("default", "", good), "TypeError", /^Cannot use an empty string as a name of/],
        [() => from("", "mine", good), "TypeError", /^Cannot use an empty string as a namespace/],
        [() => from("default", undefined as unknown as string, good), "TypeError", /^Cannot use undefined as a name/],
        [() => from("default", "mine", wrong({ kube: {} })), "TypeError", /^Cannot use the given kube/],
        [() => from("default", "mine", wrong({ kube: null })), "TypeError", /^Cannot use the given kube/],
        [() => from("default", "mine", wrong({ waitReady: "yes" })), "TypeError", /as waitReady/],
        [() => from("default", "mine", wrong({ timeoutMs: -1 })), "RangeError", /as timeoutMs/],
        [() => from("default", "mine", wrong({ timeoutMs: "1" })), "TypeError", /as timeoutMs/],
        [() => from("default", "mine", wrong({ domain: "http://x" })), "TypeError", /as domain/],
        [() => from("default", "mine", wrong({ scheme: "ftp" })), "TypeError", /as scheme/],
        [() => from("default", "mine", wrong({ requestTimeoutMs: -1 })), "RangeError", /as requestTimeoutMs/],
      ] as const
    ),
    [() => fromSandboxId("", good), "TypeError", /^Cannot use an empty string as a sandbox id/],
    [() => fromSandboxId(1 as unknown as string, good), "TypeError", /^Cannot use a number as a sandbox id/],
    ...["a/b", "..", "a b", "a--b/c", "A--.", "a".repeat(64), "-a"].map((id) =>
      [() => fromSandboxId(id, good), "RangeError", /as a sandbox id: pass a short id, or <namespace>--<name>/] as const
    ),
    ...[-1, 1.5, NaN].map((minReplicas) =>
      [() => fromClaim("default", "mine", { ...good, minReplicas }), "RangeError", /as minReplicas/] as const
    ),
  ];
  for (const [call, name, message] of rows) assertFailure(await failure(call), { name, message });
  assertEquals(api.requests, []);
});

Deno.test("a signal that has fired asks nothing", async () => {
  await using api = await startFakeKube();
  await using kube = await KubeClient.fromConfig(api.config, { fetch: api.fetch });
  const reason = new Error("mine");
  const options = { kube, domain: DOMAIN, signal: AbortSignal.abort(reason) };
  const calls = [
    () => fromK8s("default", "mine", options),
    () => fromSandboxId("k7m2qz4x3p5ab", options),
    () => fromClaim("default", "mine", options),
  ];
  for (const call of calls) assertEquals(await failure(call), reason);
  assertEquals(api.requests, []);
});

Deno.test("sandboxes that do not run, each with its state and what to do", async () => {
  const rows: readonly (readonly [more: object, state: string, message: RegExp, hint: RegExp])[] = [
    [
      { spec: { paused: true }, status: { phase: "Paused", conditions: ready("False") } },
      "paused",
      /^Cannot use sandbox "mine" in "default": it is paused \(NotRunningResourceClaimed: phase Paused/,
      /^Resume it with resumeSandbox.*waitReady/,
    ],
    [
      { spec: { paused: true }, status: { phase: "Running", conditions: ready("True") } },
      "paused",
      /it is paused \(RunningResourceClaimedAndPaused/,
      /^Resume it with resumeSandbox/,
    ],
    [{ status: { phase: "Pending" } }, "creating", /it is creating \(ResourcePending/, /waitReady/],
    [
      { metadata: { ownerReferences: [POOL] }, status: { phase: "Running", conditions: ready("True") } },
      "available",
      /it is available/,
      /createClaim.*fromClaim/,
    ],
    [
      { status: { phase: "Failed", message: "Pod Not Found" } },
      "dead",
      /it is dead \(ResourceFailed: phase Failed, message "Pod Not Found"\)$/,
      /does not come back/,
    ],
    [
      { status: { phase: "Running", conditions: ready("False") } },
      "dead",
      /it is dead \(RunningResourceClaimedButNotReady/,
      /waitReady/,
    ],
    [
      { spec: { shutdownTime: lastTransitionTime }, status: { phase: "Running", conditions: ready("True") } },
      "dead",
      /it is dead \(ShutdownTimeReached/,
      /does not come back/,
    ],
  ];
  await using api = await startFakeKube();
  await using kube = await KubeClient.fromConfig(api.config, { fetch: api.fetch });
  for (const [more, state, message, hint] of rows) {
    const { metadata, ...rest } = more as { metadata?: object };
    const annotations = { "agents.kruise.io/runtime-access-token": SECRET };
    api.write({ ...OBJECT, spec: {}, ...rest, metadata: { name: "mine", annotations, ...metadata } });
    for (const call of [fromK8s.bind(null, "default", "mine"), fromSandboxId.bind(null, "default--mine")]) {
      const error = await failure(() => call({ kube, domain: DOMAIN }));
      assertFailure(error, { name: "SandboxNotRunningError", code: "sandbox_not_running", message, hint });
      const { state: told, sandboxId } = error as { state?: string; sandboxId?: string };
      assertEquals([told, sandboxId], [state, "default--mine"]);
      assert(!shownBy(error).includes(SECRET));
    }
  }
});

Deno.test("a sandbox that is not there, and a cluster without sandboxes", async () => {
  await using api = await startFakeKube();
  await using kube = await KubeClient.fromConfig(api.config, { fetch: api.fetch });
  const error = await failure(() => fromK8s("default", "nobody", { kube, domain: DOMAIN }));
  assertFailure(error, {
    name: "NotFoundError",
    code: "sandbox_not_found",
    message: /^Cannot find sandbox "nobody" in "default": there is none$/,
    hint: /kubectl get sandboxes -n default/,
  });
  assertEquals((error as { status?: number }).status, 404);

  const bare = await KubeClient.fromConfig(api.config, {
    fetch: () => Promise.resolve(new Response("404 page not found\n", { status: 404 })),
  });
  const none = await failure(() => fromK8s("default", "mine", { kube: bare, domain: DOMAIN }));
  assertFailure(none, { name: "KubeStatusError", code: "kube_status", message: /^Cannot get sandboxes/ });
  await bare.close();
});

Deno.test("a traffic token that is demanded and not given", async () => {
  const annotations = { "security.agents.kruise.io/enable-jwt-auth": "true", other: SECRET };
  const status = { phase: "Running", conditions: ready("True") };
  await using api = await startFakeKube({
    objects: [{ ...OBJECT, metadata: { name: "mine", annotations }, spec: {}, status }],
  });
  await using kube = await KubeClient.fromConfig(api.config, { fetch: api.fetch });
  const error = await failure(() => fromK8s("default", "mine", { kube, domain: DOMAIN }));
  assertFailure(error, {
    name: "AuthenticationError",
    code: "forbidden",
    message: /^Cannot reach sandbox "mine" in "default": it demands a traffic token$/,
    hint: /^Pass trafficToken/,
  });
  assert(!shownBy(error).includes(SECRET));
  await fromK8s("default", "mine", { kube, domain: DOMAIN, trafficToken: () => "a.b.c" });
  await fromK8s("default", "mine", { kube, sandboxBaseUrl: "http://127.0.0.1:1" });
});

Deno.test("an API server that refuses, or answers too late", async () => {
  await using api = await startFakeKube({ users: [{ name: "admin" }, { name: "nobody", rules: [] }] });
  await using kube = await KubeClient.fromConfig(api.configOf("nobody"), { fetch: api.fetch });
  const calls = [
    ["get", "sandboxes", () => fromK8s("default", "mine", { kube, domain: DOMAIN })],
    ["get", "sandboxes", () => fromSandboxId("default--mine", { kube, domain: DOMAIN })],
    ["get", "sandboxclaims", () => fromClaim("default", "mine", { kube, domain: DOMAIN })],
  ] as const;
  for (const [verb, resource, call] of calls) {
    assertFailure(await failure(call), {
      name: "KubeStatusError",
      code: "kube_status",
      message: /forbidden/,
      hint: new RegExp(
        `^Grant the verb "${verb}" on ${resource}.agents.kruise.io in the namespace "default" to "nobody"`,
      ),
    });
  }
  const slow = await KubeClient.fromConfig(api.config, {
    fetch: (_, init) =>
      new Promise((_, reject) => init?.signal?.addEventListener("abort", () => reject(init.signal!.reason))),
  });
  const late = await failure(() => fromK8s("default", "mine", { kube: slow, domain: DOMAIN, timeoutMs: 20 }));
  assertFailure(late, {
    name: "TimeoutError",
    code: "request_timeout",
    message: /no answer within \d+ ms$/,
    hint: /timeoutMs/,
  });
  await slow.close();
});
