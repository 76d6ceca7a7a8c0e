import { assert, assertEquals } from "@std/assert";
import {
  createSandbox,
  deleteSandbox,
  isAlreadyExists,
  isInvalid,
  isNotFound,
  type KubeObject,
  scaleSandboxSet,
  waitForSandbox,
} from "../../../src/k8s/mod.ts";
import { RUNTIME_TOKEN, sandboxOf, stage, STATUS } from "./stage.ts";
import { assertFailure, failure, shownBy } from "./tools.ts";

const POOL: KubeObject & Record<string, unknown> = {
  apiVersion: "agents.kruise.io/v1alpha1",
  kind: "SandboxSet",
  metadata: { name: "pool" },
  spec: { replicas: 1, template: {} },
  status: { replicas: 1, availableReplicas: 1 },
};

Deno.test("createSandbox: where it says, or else where the client is, with the right to create alone", async () => {
  const rules = [{ resources: ["sandboxes"], verbs: ["create"] }];
  await using on = await stage([], { users: [{ name: "dev", rules }] });
  on.fake.write({ apiVersion: "v1", kind: "Namespace", metadata: { name: "team" } });
  assertEquals((await createSandbox(on.kube, sandboxOf("mine"))).metadata.namespace, "default");
  const there = sandboxOf("mine", { metadata: { namespace: "team" } });
  assertEquals((await createSandbox(on.kube, there)).metadata.namespace, "team");
  const generated = await createSandbox(
    on.kube,
    sandboxOf("", { metadata: { name: undefined, generateName: "gen-" } }),
  );
  assert(generated.metadata.name?.startsWith("gen-"));
});

Deno.test("createSandbox: what the server refuses", async () => {
  await using on = await stage([sandboxOf("mine")]);
  const taken = await failure(() => createSandbox(on.kube, sandboxOf("mine")));
  assert(isAlreadyExists(taken));
  assertFailure(taken, { name: "KubeStatusError", code: "kube_status", message: /^Cannot create sandboxes "mine"/ });
  assert(!shownBy(taken).includes(RUNTIME_TOKEN));
  const invalid = await failure(() => createSandbox(on.kube, sandboxOf("other", { spec: { paused: "yes" } })));
  assert(isInvalid(invalid));
  const nowhere = sandboxOf("mine", { metadata: { namespace: "nowhere" } });
  const error = await failure(() => createSandbox(on.kube, nowhere));
  assert(isNotFound(error));
  assertFailure(error, { name: "KubeStatusError", code: "kube_status", message: /namespaces "nowhere" not found/ });
});

Deno.test("createSandbox: what is no sandbox makes no request", async () => {
  await using on = await stage([]);
  const rows: readonly (readonly [sandbox: unknown, name: string, message: RegExp])[] = [
    [undefined, "TypeError", /no object of the API/],
    [{ spec: {} }, "TypeError", /no object of the API/],
    [sandboxOf(""), "TypeError", /an empty string as a name of sandboxes/],
    [sandboxOf("Mine"), "RangeError", /"Mine" as a name of sandboxes/],
    [sandboxOf("a/b"), "RangeError", /as a name of sandboxes/],
    [sandboxOf("mine", { metadata: { namespace: "../x" } }), "RangeError", /as a namespace/],
  ];
  for (const [sandbox, name, message] of rows) {
    assertFailure(await failure(() => createSandbox(on.kube, sandbox as never)), { name, message });
  }
  for (const kube of [undefined, {}, "kube"]) {
    const error = await failure(() => createSandbox(kube as never, sandboxOf("mine")));
    assertFailure(error, { name: "TypeError", message: /as a KubeClient/ });
  }
  assertEquals(on.fake.requests, []);
});

Deno.test("deleteSandbox: at once, or when its finalizer is through", async () => {
  const held = sandboxOf("held", { metadata: { finalizers: ["agents.kruise.io/sandbox"] }, status: STATUS.running });
  const rules = [{ resources: ["sandboxes"], verbs: ["delete"] }];
  await using on = await stage([sandboxOf("mine"), held], { users: [{ name: "dev", rules }, { name: "admin" }] });
  await deleteSandbox(on.kube, { name: "mine" });
  assertEquals(on.fake.get(sandboxOf("mine")), undefined);
  await deleteSandbox(on.kube, { name: "held" });
  const gone = await waitForSandbox(await on.as("admin"), { name: "held" }, { state: "dead" });
  assert(gone.metadata.deletionTimestamp);
});

Deno.test("deleteSandbox: none of that name, and names that cannot be", async () => {
  await using on = await stage([]);
  assertFailure(await failure(() => deleteSandbox(on.kube, { name: "mine" })), {
    name: "NotFoundError",
    code: "sandbox_not_found",
    message: /^Cannot delete sandbox "mine" in "default": there is none$/,
    hint: /kubectl get sandboxes -n default/,
  });
  const count = on.fake.requests.length;
  for (const name of ["a/b", "..", "Mine", ""]) {
    const error = await failure(() => deleteSandbox(on.kube, { name }));
    assertFailure(error, { name: name === "" ? "TypeError" : "RangeError", message: /as a name of sandboxes/ });
  }
  assertEquals(on.fake.requests.length, count);
});

Deno.test("scaleSandboxSet: by its scale, which cannot change what is in the sandboxes", async () => {
  const rules = [
    { resources: ["sandboxsets/scale"], verbs: ["patch"] },
    { resources: ["sandboxsets"], verbs: ["get"] },
  ];
  await using on = await stage([POOL], { users: [{ name: "dev", rules }] });
  const pool = await scaleSandboxSet(on.kube, { name: "pool" }, 3);
  assertEquals([pool.kind, pool.spec.replicas, pool.status?.availableReplicas], ["SandboxSet", 3, 1]);
  assertEquals((await scaleSandboxSet(on.kube, { name: "pool" }, 0)).spec.replicas, 0);
});

Deno.test("scaleSandboxSet: none of that name, and numbers that cannot be", async () => {
  await using on = await stage([POOL]);
  const error = await failure(() => scaleSandboxSet(on.kube, { name: "none" }, 1));
  assert(isNotFound(error));
  assertFailure(error, {
    name: "KubeStatusError",
    code: "kube_status",
    message: /^Cannot scale sandbox set "none" in "default": there is none$/,
    hint: /kubectl get sandboxsets -n default$/,
  });
  const count = on.fake.requests.length;
  for (const replicas of [-1, 1.5, NaN, Infinity, 2 ** 31]) {
    const wrong = await failure(() => scaleSandboxSet(on.kube, { name: "pool" }, replicas));
    assertFailure(wrong, { name: "RangeError", message: /as replicas: pass an integer from 0 to 2147483647/ });
  }
  const text = await failure(() => scaleSandboxSet(on.kube, { name: "pool" }, "3" as never));
  assertFailure(text, { name: "TypeError", message: /a string as replicas/ });
  const name = await failure(() => scaleSandboxSet(on.kube, { name: "Pool" }, 1));
  assertFailure(name, { name: "RangeError", message: /"Pool" as a name of sandboxsets/ });
  assertEquals(on.fake.requests.length, count);
});
