import { assert, assertEquals, assertRejects } from "@std/assert";
import { KubeStatusError } from "../../../mod.ts";
import { type Sandbox, sandboxState, waitForSandbox } from "../../../src/k8s/mod.ts";
import { condition, control, late, NOT_READY, POOLED, sandboxOf, stage, STATUS, watched } from "./stage.ts";
import { assertFailure, failure } from "./tools.ts";

const MINE = { name: "mine", namespace: "default" };
/** What is enough to wait. */
const LEAST = [
  { apiGroups: ["agents.kruise.io"], resources: ["sandboxes"], resourceNames: ["mine"], verbs: ["get", "watch"] },
];
const STARTING = sandboxOf("mine", { status: STATUS.starting });

Deno.test("waitForSandbox: one that runs is read once", async () => {
  await using on = await stage([sandboxOf("mine", { status: STATUS.running })]);
  const sandbox = await waitForSandbox(on.kube, MINE);
  assertEquals([sandbox.metadata.name, sandboxState(sandbox).state], ["mine", "running"]);
  assertEquals(on.verbs(), ["get sandboxes"]);
});

Deno.test("waitForSandbox: the namespace is the client's own where none is given", async () => {
  await using on = await stage([sandboxOf("mine", { status: STATUS.running })]);
  assertEquals((await waitForSandbox(on.kube, { name: "mine" })).metadata.namespace, "default");
});

Deno.test("waitForSandbox: one that starts is watched by its name, with the rights to nothing else", async () => {
  await using on = await stage([STARTING], { users: [{ name: "least", rules: LEAST }] });
  const waiting = waitForSandbox(on.kube, MINE);
  await watched(on);
  control(on.fake, STARTING, STATUS.unready);
  control(on.fake, STARTING, STATUS.running);
  assertEquals((await waiting).status?.["phase"], "Running");
  assertEquals(on.verbs(), ["get sandboxes", "watch sandboxes"]);
  assertEquals(on.fake.requests[1]?.query["fieldSelector"], "metadata.name=mine");
});

Deno.test("waitForSandbox: a version that is too old takes no right to list", async () => {
  await using on = await stage([STARTING], { users: [{ name: "least", rules: LEAST }] });
  on.fake.write(sandboxOf("other"));
  on.fake.write(sandboxOf("other", { spec: { paused: true } }));
  on.fake.compact();
  const waiting = waitForSandbox(on.kube, MINE);
  await watched(on, 2);
  control(on.fake, STARTING, STATUS.running);
  await waiting;
  assertEquals(on.verbs(), ["get sandboxes", "watch sandboxes", "watch sandboxes", "get sandboxes"]);
});

Deno.test("waitForSandbox: what became so between the read and the watch is seen", async () => {
  await using on = await stage([STARTING]);
  on.fake.next({
    when: ({ verb }) => {
      if (verb === "watch") control(on.fake, STARTING, STATUS.running);
      return verb === "watch";
    },
    delayMs: 0,
  });
  await waitForSandbox(on.kube, MINE);
  assertEquals(on.verbs(), ["get sandboxes", "watch sandboxes"]);
});

Deno.test("waitForSandbox: one that was resumed is not ready for a moment, and counts as dead meanwhile", async () => {
  const resumed = sandboxOf("mine", { spec: { paused: false }, status: STATUS.paused });
  await using on = await stage([resumed]);
  const waiting = waitForSandbox(on.kube, MINE);
  await watched(on);
  for (const status of [STATUS.resuming, STATUS.unready, STATUS.running]) control(on.fake, resumed, status);
  assertEquals(sandboxState(await waiting).state, "running");
});

Deno.test("waitForSandbox: a pause is through when the pod has ended", async () => {
  const running = sandboxOf("mine", { spec: { paused: true }, status: STATUS.running });
  await using on = await stage([running]);
  let isOver = false;
  const waiting = waitForSandbox(on.kube, MINE, { state: "paused" }).finally(() => isOver = true);
  await watched(on);
  control(on.fake, running, STATUS.pausing);
  on.fake.endWatches();
  await watched(on, 2);
  assert(!isOver, "the pod still ends");
  control(on.fake, running, STATUS.paused);
  assertEquals((await waiting).status?.["phase"], "Paused");
});

Deno.test("waitForSandbox: until it is in its pool, and until it is dead", async () => {
  const pooled = sandboxOf("mine", { metadata: { ownerReferences: [POOLED] }, status: STATUS.pending });
  await using on = await stage([pooled]);
  assertEquals((await waitForSandbox(on.kube, MINE, { state: "creating" })).status?.["phase"], "Pending");
  const available = waitForSandbox(on.kube, MINE, { state: "available" });
  await watched(on);
  control(on.fake, pooled, STATUS.running);
  assertEquals(sandboxState(await available).state, "available");
  const dead = waitForSandbox(on.kube, MINE, { state: "dead" });
  await watched(on, 2);
  control(on.fake, pooled, STATUS.failed);
  assertEquals(sandboxState(await dead).reason, "ResourceFailed");
});

Deno.test("waitForSandbox: dead is reached when it is gone, and not by what is not ready yet", async () => {
  const sandbox = sandboxOf("mine", { status: STATUS.unready });
  await using on = await stage([sandbox]);
  const waiting = waitForSandbox(on.kube, MINE, { state: "dead" });
  await watched(on);
  on.fake.remove(sandbox);
  assertEquals((await waiting).metadata.name, "mine");
});

Deno.test("waitForSandbox: none of that name, in no such namespace either", async () => {
  await using on = await stage([]);
  for (const namespace of ["default", "nowhere"]) {
    const error = await failure(() => waitForSandbox(on.kube, { name: "mine", namespace }));
    assertFailure(error, {
      name: "NotFoundError",
      code: "sandbox_not_found",
      message: new RegExp(`^Cannot wait for sandbox "mine" in "${namespace}": there is none$`),
      hint: new RegExp(`kubectl get sandboxes -n ${namespace}`),
    });
    assertEquals((error as { status?: number }).status, 404);
  }
});

Deno.test("waitForSandbox: a cluster without the platform is no missing sandbox", async () => {
  await using on = await stage([]);
  on.fake.next({ status: 404 });
  const error = await failure(() => waitForSandbox(on.kube, MINE));
  assertFailure(error, {
    name: "KubeStatusError",
    code: "kube_status",
    message: /could not find the requested resource/,
    hint: /CustomResourceDefinition is installed/,
  });
});

const GONE = {
  name: "NotFoundError",
  code: "sandbox_not_found",
  hint: /claim or create another one$/,
} as const;

Deno.test("waitForSandbox: deleted meanwhile", async () => {
  await using on = await stage([STARTING]);
  const waiting = failure(() => waitForSandbox(on.kube, MINE));
  await watched(on);
  on.fake.remove(STARTING);
  const message = /^Cannot wait for sandbox "mine" in "default": it was deleted meanwhile \(phase Pending, Ready=False/;
  assertFailure(await waiting, { ...GONE, message });
});

Deno.test("waitForSandbox: deleted meanwhile, and held by its finalizer", async () => {
  const held = sandboxOf("mine", { metadata: { finalizers: ["agents.kruise.io/sandbox"] }, status: STATUS.pending });
  await using on = await stage([held]);
  const waiting = failure(() => waitForSandbox(on.kube, MINE));
  await watched(on);
  await on.kube.sandboxes().delete("mine");
  assertFailure(await waiting, { ...GONE, message: /it was deleted meanwhile/ });
});

Deno.test("waitForSandbox: deleted while nobody watched", async () => {
  await using on = await stage([STARTING], { users: [{ name: "least", rules: LEAST }] });
  const waiting = failure(() => waitForSandbox(on.kube, MINE));
  await watched(on);
  on.fake.next({
    when: ({ verb }) => {
      if (verb !== "watch") return false;
      on.fake.remove(STARTING);
      on.fake.write(sandboxOf("other"));
      on.fake.write(sandboxOf("other", { spec: { paused: true } }));
      on.fake.compact();
      return true;
    },
    delayMs: 0,
  });
  on.fake.endWatches();
  assertFailure(await waiting, { ...GONE, message: /it was deleted meanwhile/ });
});

for (const wasSeen of [true, false]) {
  Deno.test(`waitForSandbox: recreated under the same name, ${wasSeen ? "seen" : "unseen"}`, async () => {
    await using on = await stage([STARTING]);
    const waiting = failure(() => waitForSandbox(on.kube, MINE));
    await watched(on);
    const recreate = () => {
      on.fake.remove(STARTING);
      on.fake.write(sandboxOf("mine", { status: STATUS.running }));
      if (!wasSeen) on.fake.compact();
    };
    if (wasSeen) recreate();
    else {
      on.fake.next({
        when: ({ verb }) => {
          if (verb === "watch") recreate();
          return verb === "watch";
        },
        delayMs: 0,
      });
      on.fake.endWatches();
    }
    const message = wasSeen ? /it was deleted meanwhile/ : /it was deleted, and another one has its name$/;
    assertFailure(await waiting, { ...GONE, message });
  });
}

const DEAD: readonly (readonly [what: string, sandbox: Sandbox, message: RegExp, state: string, hint: RegExp])[] = [
  [
    "failed",
    sandboxOf("mine", { status: STATUS.failed }),
    /to be running: it is dead \(ResourceFailed: phase Failed, message "Pod Not Found"\)$/,
    "dead",
    /^It does not come back: claim or create another one$/,
  ],
  [
    "over",
    sandboxOf("mine", { spec: { shutdownTime: "2026-01-01T00:00:00Z" }, status: STATUS.running }),
    /it is dead \(ShutdownTimeReached: phase Running, Ready=True PodReady\)$/,
    "dead",
    /^It does not come back/,
  ],
  [
    "on its way out",
    sandboxOf("mine", {
      metadata: { deletionTimestamp: "2026-01-01T00:00:00Z", finalizers: ["agents.kruise.io/sandbox"] },
    }),
    /it is dead \(ResourceDeleted: no phase\)$/,
    "dead",
    /^It does not come back/,
  ],
  [
    "in a pool",
    sandboxOf("mine", { metadata: { ownerReferences: [POOLED] }, status: STATUS.running }),
    /it is available \(ResourceControlledBySbsAndReady: /,
    "available",
    /^It belongs to the pool "code-interpreter": claim one of that pool with createClaim$/,
  ],
];

for (const [what, sandbox, message, state, hint] of DEAD) {
  Deno.test(`waitForSandbox: one that is ${what} will not run`, async () => {
    await using on = await stage([sandbox]);
    const error = await failure(() => waitForSandbox(on.kube, MINE));
    assertFailure(error, { name: "SandboxNotRunningError", code: "sandbox_not_running", message, hint });
    assertEquals([(error as { state?: string }).state, (error as { sandboxId?: string }).sandboxId], [
      state,
      "default--mine",
    ]);
  });
}

Deno.test("waitForSandbox: one that dies meanwhile", async () => {
  const labels = { "agents.kruise.io/sandbox-id": "k7m2qz4x3p5ab" };
  const sandbox = sandboxOf("mine", { metadata: { labels }, status: STATUS.pending });
  await using on = await stage([sandbox]);
  const waiting = failure(() => waitForSandbox(on.kube, MINE));
  await watched(on);
  control(on.fake, sandbox, STATUS.failed);
  const error = await waiting;
  assertFailure(error, { name: "SandboxNotRunningError", code: "sandbox_not_running", message: /ResourceFailed/ });
  assertEquals((error as { sandboxId?: string }).sandboxId, "k7m2qz4x3p5ab");
});

Deno.test("waitForSandbox: without the right to watch, the error names it", async () => {
  const rules = [{ resources: ["sandboxes"], verbs: ["get"] }];
  await using on = await stage([STARTING], { users: [{ name: "viewer", rules }] });
  const error = await assertRejects(() => waitForSandbox(on.kube, MINE), KubeStatusError);
  assertEquals(
    error.hint,
    'Grant the verb "watch" on sandboxes.agents.kruise.io in the namespace "default" to "viewer", by a Role and a RoleBinding',
  );
});

Deno.test("waitForSandbox: a signal ends it with its reason, and one that fired makes no request", async () => {
  await using on = await stage([STARTING]);
  const controller = new AbortController();
  const reason = new Error("enough");
  const waiting = failure(() => waitForSandbox(on.kube, MINE, { signal: controller.signal }));
  await watched(on);
  controller.abort(reason);
  assertEquals(await waiting, reason);
  const count = on.fake.requests.length;
  assertEquals(await failure(() => waitForSandbox(on.kube, MINE, { signal: controller.signal })), reason);
  assertEquals(on.fake.requests.length, count);
  assertEquals(on.fake.watches, 0);
});

Deno.test("waitForSandbox: a client that is closed", async () => {
  await using on = await stage([STARTING]);
  const waiting = failure(() => waitForSandbox(on.kube, MINE));
  await watched(on);
  await on.kube.close();
  assertFailure(await waiting, { name: "SandboxError", code: "network", message: /it was closed/ });
});

Deno.test("waitForSandbox: misuse is seen before any request", async () => {
  await using on = await stage([]);
  const rows: readonly (readonly [call: () => Promise<unknown>, name: string, message: RegExp])[] = [
    [() => waitForSandbox(on.kube, { name: "" }), "TypeError", /an empty string as a name of sandboxes/],
    [() => waitForSandbox(on.kube, {} as never), "TypeError", /undefined as a name of sandboxes/],
    [() => waitForSandbox(on.kube, "mine" as never), "TypeError", /pass \{ name, namespace \}/],
    [() => waitForSandbox(on.kube, { name: "a/b" }), "RangeError", /"a\/b" as a name of sandboxes/],
    [() => waitForSandbox(on.kube, { name: ".." }), "RangeError", /"\.\." as a name of sandboxes/],
    [() => waitForSandbox(on.kube, { name: "Mine" }), "RangeError", /"Mine" as a name of sandboxes/],
    [() => waitForSandbox(on.kube, { name: "a,b=c" }), "RangeError", /as a name of sandboxes/],
    [() => waitForSandbox(on.kube, { name: "a", namespace: "" }), "TypeError", /an empty string as a namespace/],
    [() => waitForSandbox(on.kube, { name: "a", namespace: "../b" }), "RangeError", /as a namespace/],
    [() => waitForSandbox(on.kube, MINE, { state: "ready" as never }), "TypeError", /the state "ready": pass one of/],
    [() => waitForSandbox(on.kube, MINE, { timeoutMs: -1 }), "RangeError", /-1 as timeoutMs/],
    [() => waitForSandbox({} as never, MINE), "TypeError", /as a KubeClient/],
  ];
  for (const [call, name, message] of rows) assertFailure(await failure(call), { name, message });
  assertEquals(on.fake.requests, []);
});

Deno.test("waitForSandbox: a pause that is not wanted, and a sandbox that nobody looks at, are said at the end", async () => {
  const rows: readonly (readonly [Sandbox, "running" | "paused", RegExp])[] = [
    [sandboxOf("mine", { spec: { paused: true }, status: STATUS.paused }), "running", /resume it with resumeSandbox$/],
    [sandboxOf("mine", { status: STATUS.running }), "paused", /pause it with pauseSandbox$/],
    [sandboxOf("mine"), "running", /^No controller has seen it/],
    [sandboxOf("mine", { spec: { template: undefined } }), "running", /^It has neither spec\.template nor/],
    [
      sandboxOf("mine", { status: { phase: "Pending", conditions: [NOT_READY, condition("Ready", "False", "X")] } }),
      "running",
      /kubectl describe sandbox,pod mine -n default$/,
    ],
  ];
  for (const [sandbox, state, hint] of rows) {
    await using on = await stage([sandbox]);
    const error = await late((timeoutMs) => waitForSandbox(on.kube, MINE, { state, timeoutMs }));
    assertFailure(error, { name: "TimeoutError", code: "wait_timeout", message: /after \d+ ms/, hint });
  }
});
