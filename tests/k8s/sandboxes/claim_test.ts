import { assert, assertEquals } from "@std/assert";
import { createClaim, isAlreadyExists, isNotFound, releaseClaim, waitForClaim } from "../../../src/k8s/mod.ts";
import type { KubeObject, SandboxClaim } from "../../../src/k8s/mod.ts";
import { claimOf, condition, control, late, sandboxOf, stage, STATUS, until, watched } from "./stage.ts";
import { assertFailure, failure } from "./tools.ts";

const JOB = { name: "job" };
const POOL = "code-interpreter";
const UID = "3c1e9a44-2f7e-4f6f-8a3b-7d5d6b1f2c33";
const OTHER_UID = "00000000-0000-4000-8000-000000000001";

const done = (claimedReplicas: number) => ({
  phase: "Completed",
  claimedReplicas,
  message: `Successfully claimed ${claimedReplicas}/${claimedReplicas} sandboxes`,
  conditions: [condition("Completed", "True", "AllReplicasClaimed")],
});
const ended = (reason: string, claimedReplicas = 0) => ({
  phase: "Completed",
  claimedReplicas,
  conditions: [condition("Completed", "True", reason)],
});

// What a claim is made of.

Deno.test("createClaim: all of it, with the right to create alone", async () => {
  const rules = [{ resources: ["sandboxclaims"], verbs: ["create"] }];
  await using on = await stage([], { users: [{ name: "dev", rules }] });
  on.fake.write({ apiVersion: "v1", kind: "Namespace", metadata: { name: "team" } });
  const claim = await createClaim(on.kube, {
    templateName: POOL,
    name: "job",
    namespace: "team",
    replicas: 2,
    shutdownTime: new Date("2030-01-02T03:04:05.001Z"),
    envs: { A: "1", EMPTY: "" },
    labels: { app: "demo", "example.com/tier": "A_b.c", none: "" },
  });
  assertEquals([claim.metadata.name, claim.metadata.namespace], ["job", "team"]);
  const { templateName, replicas, shutdownTime, envVars, labels } = claim.spec;
  assertEquals({ templateName, replicas, shutdownTime, envVars, labels }, {
    templateName: POOL,
    replicas: 2,
    shutdownTime: "2030-01-02T03:04:06Z",
    envVars: { A: "1", EMPTY: "" },
    labels: { app: "demo", "example.com/tier": "A_b.c", none: "" },
  });
});

Deno.test("createClaim: a name of its own, and one sandbox, where nothing is said", async () => {
  await using on = await stage([]);
  const one = await createClaim(on.kube, { templateName: POOL });
  const two = await createClaim(on.kube, { templateName: POOL });
  assert(one.metadata.name?.startsWith(`${POOL}-`) && one.metadata.name !== two.metadata.name, one.metadata.name);
  assertEquals([one.spec.replicas, one.metadata.namespace], [1, "default"]);
  assertEquals(one.spec.shutdownTime, undefined);
});

Deno.test("createClaim: a name that is taken", async () => {
  await using on = await stage([claimOf("job")]);
  const error = await failure(() => createClaim(on.kube, { templateName: POOL, name: "job" }));
  assert(isAlreadyExists(error));
  assertFailure(error, { name: "KubeStatusError", code: "kube_status", message: /^Cannot create sandboxclaims "job"/ });
});

const MISUSE: readonly (readonly [options: Record<string, unknown> | undefined, name: string, message: RegExp])[] = [
  [undefined, "TypeError", /undefined as a name of sandboxsets/],
  [{ templateName: "" }, "TypeError", /an empty string as a name of sandboxsets/],
  [{ templateName: "a/b" }, "RangeError", /"a\/b" as a name of sandboxsets/],
  [{ templateName: ".." }, "RangeError", /"\.\." as a name of sandboxsets/],
  [{ templateName: "Pool" }, "RangeError", /"Pool" as a name of sandboxsets/],
  [{ name: "" }, "TypeError", /an empty string as a name of sandboxclaims/],
  [{ name: "Job" }, "RangeError", /"Job" as a name of sandboxclaims/],
  [{ name: "j".repeat(64) }, "RangeError", /a name of 64 characters for a claim: 63 is the most/],
  [{ namespace: "a/b" }, "RangeError", /as a namespace/],
  [{ replicas: 0 }, "RangeError", /0 as replicas: pass an integer from 1/],
  [{ replicas: 1.5 }, "RangeError", /1\.5 as replicas/],
  [{ replicas: 2 ** 31 }, "RangeError", /2147483648 as replicas/],
  [{ replicas: "2" }, "TypeError", /a string as replicas/],
  [{ shutdownTime: "soon" }, "TypeError", /type string as shutdownTime/],
  [{ shutdownTime: new Date(NaN) }, "RangeError", /an invalid Date as shutdownTime/],
  [{ envs: ["A=1"] }, "TypeError", /a list as envs/],
  [{ envs: { A: 1 } }, "TypeError", /type number as envs\["A"\]/],
  [{ envs: { "A=B": "1" } }, "RangeError", /"A=B" as the name of an environment variable/],
  [{ envs: { "": "1" } }, "RangeError", /"" as the name of an environment variable/],
  [{ labels: { "agents.kruise.io/sandbox-id": "x" } }, "RangeError", /the platform keeps this prefix to itself/],
  [{ labels: { "e2b.agents.kruise.io/x": "x" } }, "RangeError", /the platform keeps this prefix to itself/],
  [{ labels: { "Not/a key": "x" } }, "RangeError", /as a label: the API takes no such key/],
  [{ labels: { "a/b/c": "x" } }, "RangeError", /as a label: the API takes no such key/],
  [{ labels: { a: "b c" } }, "RangeError", /"b c" as the label "a"/],
  [{ labels: { a: "b".repeat(64) } }, "RangeError", /as the label "a"/],
];

Deno.test("createClaim: what cannot be makes no request", async () => {
  await using on = await stage([]);
  for (const [options, name, message] of MISUSE) {
    const given = options && { templateName: POOL, ...options };
    assertFailure(await failure(() => createClaim(on.kube, given as never)), { name, message });
  }
  assertEquals(on.fake.requests, []);
});

// What is waited for.

const WAITER = [{ resources: ["sandboxclaims"], resourceNames: ["job"], verbs: ["get", "watch"] }];

Deno.test("waitForClaim: until it has all its sandboxes, with the rights to read this one", async () => {
  await using on = await stage([claimOf("job", undefined, 2)], { users: [{ name: "dev", rules: WAITER }] });
  const waiting = waitForClaim(on.kube, JOB);
  await watched(on);
  control(on.fake, claimOf("job"), { phase: "Claiming", claimedReplicas: 2 });
  control(on.fake, claimOf("job"), done(2));
  assertEquals((await waiting).status?.claimedReplicas, 2);
  assertEquals(on.verbs(), ["get sandboxclaims", "watch sandboxclaims"]);
});

Deno.test("waitForClaim: one that is completed is read once; one sandbox where it does not say", async () => {
  const { spec: { templateName }, ...claim } = claimOf("job", done(1));
  await using on = await stage([{ ...claim, spec: { templateName } } as KubeObject]);
  assertEquals((await waitForClaim(on.kube, JOB)).status?.phase, "Completed");
  assertEquals(on.verbs(), ["get sandboxclaims"]);
});

Deno.test("waitForClaim: one that is deleted just when it is completed", async () => {
  await using on = await stage([claimOf("job", { phase: "Claiming" })]);
  const waiting = waitForClaim(on.kube, JOB);
  await watched(on);
  on.fake.endWatches();
  on.fake.next({
    when: ({ verb }) => {
      if (verb !== "watch") return false;
      control(on.fake, claimOf("job"), done(1));
      on.fake.remove(claimOf("job"));
      return true;
    },
    delayMs: 0,
  });
  assertEquals((await waiting).status?.phase, "Completed");
});

const INCOMPLETE: readonly (readonly [what: string, status: object, message: RegExp, hint: RegExp])[] = [
  [
    "times out on the platform's side",
    {
      phase: "Completed",
      claimedReplicas: 1,
      message: "Timeout reached after 1m0.9s, claimed 1/2 sandboxes",
      conditions: [
        condition("TimedOut", "True", "ClaimTimeoutReached"),
        condition("Completed", "True", "TimeoutReached"),
      ],
    },
    /: it is completed with 1 of 2 sandboxes \(phase Completed, TimedOut=True ClaimTimeoutReached, .*Timeout reached after/,
    /^The pool "code-interpreter" had too few sandboxes .* releaseClaim$/,
  ],
  [
    "names no pool",
    ended("SandboxSetNotFound"),
    /with 0 of 2 sandboxes \(phase Completed, Completed=True SandboxSetNotFound\)$/,
    /^There is no pool of that name: kubectl get sandboxsets code-interpreter -n default$/,
  ],
  ["is not served", ended("FeatureGateDisabled"), /FeatureGateDisabled/, /feature gate SandboxClaim/],
  ["is said to be complete", ended("AllReplicasClaimed", 1), /with 1 of 2 sandboxes/, /^What was claimed goes with/],
  ["has no count", { phase: "Completed" }, /with 0 of 2 sandboxes/, /^What was claimed goes with/],
];

for (const [what, status, message, hint] of INCOMPLETE) {
  Deno.test(`waitForClaim: completed is not success: one that ${what}`, async () => {
    await using on = await stage([claimOf("job", { phase: "Claiming" }, 2)]);
    const waiting = failure(() => waitForClaim(on.kube, JOB));
    await watched(on);
    control(on.fake, claimOf("job"), status);
    assertFailure(await waiting, { name: "SandboxError", code: "claim_incomplete", message, hint });
  });
}

Deno.test("waitForClaim: none of that name", async () => {
  await using on = await stage([]);
  const error = await failure(() => waitForClaim(on.kube, JOB));
  assert(isNotFound(error));
  assertFailure(error, {
    name: "KubeStatusError",
    code: "kube_status",
    message: /^Cannot wait for claim "job" in "default": there is none$/,
    hint: /kubectl get sandboxclaims -n default\. .*ttlAfterCompleted/,
  });
});

Deno.test("waitForClaim: one that vanishes", async () => {
  await using on = await stage([claimOf("job", { phase: "Claiming", claimedReplicas: 1 }, 2)]);
  const waiting = failure(() => waitForClaim(on.kube, JOB));
  await watched(on);
  on.fake.remove(claimOf("job"));
  assertFailure(await waiting, {
    name: "SandboxError",
    code: "claim_incomplete",
    message: /: it was deleted with 1 of 2 sandboxes \(phase Claiming\)$/,
    hint: /releaseClaim; then claim again$/,
  });
});

Deno.test("waitForClaim: one that vanishes unseen, and another one with its name", async () => {
  await using on = await stage([claimOf("job", { phase: "Claiming" })]);
  const waiting = failure(() => waitForClaim(on.kube, JOB));
  await watched(on);
  on.fake.next({
    when: ({ verb }) => {
      if (verb !== "watch") return false;
      on.fake.remove(claimOf("job"));
      on.fake.write(claimOf("job", done(1)));
      on.fake.compact();
      return true;
    },
    delayMs: 0,
  });
  on.fake.endWatches();
  assertFailure(await waiting, {
    name: "SandboxError",
    code: "claim_incomplete",
    message: /: it was deleted, and another one has its name, with 0 of 1 sandboxes/,
    hint: /claim again$/,
  });
});

Deno.test("waitForClaim: names that cannot be, and a signal that fired, make no request", async () => {
  await using on = await stage([]);
  for (const name of ["a/b", "..", "Job"]) {
    const error = await failure(() => waitForClaim(on.kube, { name }));
    assertFailure(error, { name: "RangeError", message: /as a name of sandboxclaims/ });
  }
  const signal = AbortSignal.abort("enough");
  assertEquals(await waitForClaim(on.kube, JOB, { signal }).catch((reason) => reason), "enough");
  assertEquals(on.fake.requests, []);
});

Deno.test("waitForClaim: nobody has seen it", async () => {
  await using on = await stage([claimOf("job")]);
  const error = await late((timeoutMs) => waitForClaim(on.kube, JOB, { timeoutMs }));
  assertFailure(error, { name: "TimeoutError", code: "wait_timeout", message: /no phase/, hint: /^No controller/ });
});

// What is released.

const RELEASER = [
  { resources: ["sandboxclaims"], verbs: ["get", "delete"] },
  { resources: ["sandboxes"], verbs: ["get", "list", "delete"] },
];

function claimed(name: string, parts: { owner?: string; labels?: Record<string, string>; claim?: string } = {}) {
  const { owner = UID, labels = {}, claim = "job" } = parts;
  return sandboxOf(name, {
    metadata: {
      labels: { "agents.kruise.io/claim-name": claim, ...labels },
      annotations: { "agents.kruise.io/owner": owner },
    },
    status: STATUS.running,
  });
}

const withUid = (claim: SandboxClaim): SandboxClaim => ({ ...claim, metadata: { ...claim.metadata, uid: UID } });
const COMPLETED = withUid(claimOf("job", done(2), 2));

function left(on: { fake: { get(key: KubeObject): unknown } }, ...objects: readonly KubeObject[]): readonly string[] {
  return objects.filter((object) => on.fake.get(object) !== undefined).map(({ metadata }) => metadata.name!);
}

Deno.test("releaseClaim: the claim and its sandboxes, and no others", async () => {
  const own = ["a", "b", ...Array.from({ length: 20 }, (_, index) => `c${index}`)].map((name) => claimed(name));
  const others = [
    claimed("of-an-older-claim", { owner: OTHER_UID }),
    claimed("of-another-claim", { claim: "job2" }),
    sandboxOf("labelled-by-somebody", { metadata: { labels: { "agents.kruise.io/claim-name": "job" } } }),
    claimed("kept-to-be-looked-at", { labels: { "agents.kruise.io/reserved-failed-sandbox": "true" } }),
    sandboxOf("unclaimed"),
  ];
  await using on = await stage([COMPLETED, ...own, ...others], { users: [{ name: "dev", rules: RELEASER }] });
  await releaseClaim(on.kube, JOB);
  assertEquals(left(on, COMPLETED, ...own, ...others), others.map(({ metadata }) => metadata.name!));
});

Deno.test("releaseClaim: after the claim was deleted by the platform", async () => {
  await using on = await stage([claimed("a"), claimed("b")]);
  await releaseClaim(on.kube, JOB);
  assertEquals(left(on, claimed("a"), claimed("b")), []);
});

Deno.test("releaseClaim: neither a claim nor sandboxes", async () => {
  await using on = await stage([]);
  for (const name of ["job", "j".repeat(64)]) {
    const error = await failure(() => releaseClaim(on.kube, { name }));
    assert(isNotFound(error));
    assertFailure(error, {
      name: "KubeStatusError",
      code: "kube_status",
      message: /^Cannot release claim "j.*" in "default": there is none$/,
      hint: /kubectl get sandboxclaims/,
    });
  }
});

Deno.test("releaseClaim: a claim without sandboxes, and twice", async () => {
  await using on = await stage([COMPLETED]);
  await releaseClaim(on.kube, JOB);
  assertEquals(left(on, COMPLETED), []);
  assert(isNotFound(await failure(() => releaseClaim(on.kube, JOB))));
});

Deno.test("releaseClaim: what a claim gets while it is deleted goes, too", async () => {
  const claiming = withUid(claimOf("job", { phase: "Claiming", claimedReplicas: 1 }, 2));
  await using on = await stage([claiming, claimed("a")]);
  on.fake.next({
    when: ({ method, path }) => {
      if (method !== "DELETE" || !path.endsWith("/a")) return false;
      on.fake.write(claimed("late"));
      return true;
    },
    delayMs: 0,
  });
  await releaseClaim(on.kube, JOB);
  assertEquals(left(on, claiming, claimed("a"), claimed("late")), []);
});

Deno.test("releaseClaim: one that changes meanwhile is read again, and left alone if it is somebody else's", async () => {
  await using on = await stage([COMPLETED, claimed("a"), claimed("b"), claimed("c")]);
  const isDelete = (name: string) => ({ method, path }: { method: string; path: string }) =>
    method === "DELETE" && path.endsWith(`/${name}`);
  const before = (name: string, write: () => void) =>
    on.fake.next({
      when: (request) => {
        if (isDelete(name)(request)) write();
        return isDelete(name)(request);
      },
      delayMs: 0,
    });
  before("a", () => control(on.fake, claimed("a"), STATUS.unready));
  before("b", () => {
    const now = on.fake.get(claimed("b"))!;
    const metadata = { ...now.metadata, annotations: { "agents.kruise.io/owner": OTHER_UID } };
    on.fake.write({ ...now, metadata });
  });
  before("c", () => on.fake.remove(claimed("c")));
  await releaseClaim(on.kube, JOB);
  assertEquals(left(on, COMPLETED, claimed("a"), claimed("b"), claimed("c")), ["b"]);
});

Deno.test("releaseClaim: sandboxes with finalizers are deleted once", async () => {
  const held = claimed("a");
  held.metadata.finalizers = ["agents.kruise.io/sandbox"];
  const claiming = withUid(claimOf("job", { phase: "Claiming" }));
  await using on = await stage([claiming, held]);
  await releaseClaim(on.kube, JOB);
  assertEquals(on.verbs().filter((verb) => verb === "delete sandboxes").length, 1);
  assert((on.fake.get(held) as KubeObject).metadata.deletionTimestamp);
});

Deno.test("releaseClaim: if it fails in the middle, it can be called again", async () => {
  await using on = await stage([COMPLETED, claimed("a"), claimed("b")]);
  on.fake.next({ status: 500, when: ({ method, path }) => method === "DELETE" && path.endsWith("/a") });
  const error = await failure(() => releaseClaim(on.kube, JOB));
  assertFailure(error, { name: "KubeStatusError", code: "kube_status", message: /^Cannot delete sandboxes "a"/ });
  await releaseClaim(on.kube, JOB);
  assertEquals(left(on, COMPLETED, claimed("a"), claimed("b")), []);
});

Deno.test("releaseClaim: a signal ends it with its reason", async () => {
  await using on = await stage([COMPLETED, claimed("a")]);
  const controller = new AbortController();
  on.fake.next({ delayMs: 3_600_000, when: ({ verb }) => verb === "list" });
  const releasing = releaseClaim(on.kube, JOB, { signal: controller.signal }).catch((reason) => reason);
  await until(() => on.fake.requests.some(({ verb }) => verb === "list"));
  controller.abort("enough");
  assertEquals(await releasing, "enough");
});
