/** Pausing, resuming, timers: what is written, and what is refused. */

import { assert, assertEquals } from "@std/assert";
import { KubeStatusError } from "../../../mod.ts";
import {
  isConflict,
  type KubeClient,
  pauseSandbox,
  resumeSandbox,
  type Sandbox,
  setSandboxTimeout,
} from "../../../src/k8s/mod.ts";
import type { FakeKubeRequest } from "../../../src/testing/mod.ts";
import { json, sandbox as at, scripted } from "../client/scripted.ts";
import { condition, control, NOT_READY, POOLED, sandboxOf, stage, STATUS } from "./stage.ts";
import { assertFailure, failure } from "./tools.ts";

const MINE = { name: "mine" };
const PATCHER = [{ resources: ["sandboxes"], resourceNames: ["mine"], verbs: ["get", "patch"] }];
const RUNNING = sandboxOf("mine", { status: STATUS.running });
const PAUSED = sandboxOf("mine", { spec: { paused: true }, status: STATUS.paused });
const isPatch = ({ verb }: FakeKubeRequest) => verb === "patch";

Deno.test("pauseSandbox: a running one, with the rights to get and patch it", async () => {
  await using on = await stage([RUNNING], { users: [{ name: "dev", rules: PATCHER }] });
  const sandbox = await pauseSandbox(on.kube, MINE);
  assertEquals(sandbox.spec["paused"], true);
  assertEquals((on.fake.get(RUNNING) as Sandbox).spec["paused"], true);
  assertEquals(on.verbs(), ["get sandboxes", "patch sandboxes"]);
});

Deno.test("pauseSandbox: the patch holds for what was read, and changes nothing else", async () => {
  const { kube, seen } = scripted(({ method }) => {
    return json({ ...at("mine", "7"), status: STATUS.running, spec: { paused: method === "PATCH" } });
  });
  await pauseSandbox(kube, MINE);
  assertEquals(seen[1]?.headers.get("content-type"), "application/merge-patch+json");
  assertEquals(seen[1]?.body, { metadata: { uid: "uid-mine", resourceVersion: "7" }, spec: { paused: true } });
});

Deno.test("pauseSandbox: one that is paused, or on the way there, is left as it is", async () => {
  for (const status of [STATUS.paused, STATUS.pausing, STATUS.running, STATUS.unready, STATUS.resuming]) {
    await using on = await stage([sandboxOf("mine", { spec: { paused: true }, status })]);
    assertEquals((await pauseSandbox(on.kube, MINE)).spec["paused"], true);
    assertEquals(on.verbs(), ["get sandboxes"]);
  }
});

Deno.test("pauseSandbox: one whose resumption has not begun", async () => {
  await using on = await stage([sandboxOf("mine", { spec: { paused: false }, status: STATUS.paused })]);
  assertEquals((await pauseSandbox(on.kube, MINE)).spec["paused"], true);
});

Deno.test("resumeSandbox: a paused one, with the rights to get and patch it", async () => {
  await using on = await stage([PAUSED], { users: [{ name: "dev", rules: PATCHER }] });
  assertEquals((await resumeSandbox(on.kube, MINE)).spec["paused"], false);
  assertEquals(on.verbs(), ["get sandboxes", "patch sandboxes"]);
});

Deno.test("resumeSandbox: one that runs, or is being resumed, is left as it is", async () => {
  for (const status of [STATUS.running, STATUS.unready, STATUS.resuming]) {
    const pauseTime = "2030-01-01T00:00:00Z";
    await using on = await stage([sandboxOf("mine", { spec: { paused: false, pauseTime }, status })]);
    assertEquals((await resumeSandbox(on.kube, MINE)).spec["pauseTime"], pauseTime);
    assertEquals(on.verbs(), ["get sandboxes"]);
  }
});

Deno.test("resumeSandbox: by two at once, of which no controller has heard yet, the timers are moved once", async () => {
  for (const status of [STATUS.paused, STATUS.pausing]) {
    const pauseTime = new Date(Date.now() + 3_600_000).toISOString();
    await using on = await stage([sandboxOf("mine", { spec: { paused: true, pauseTime }, status })]);
    const [one, two] = await Promise.all([resumeSandbox(on.kube, MINE), resumeSandbox(on.kube, MINE)]);
    const three = await resumeSandbox(on.kube, MINE);
    assertEquals([two, three].map(({ spec }) => spec), [one.spec, one.spec]);
    assertEquals(one.spec["paused"], false);
  }
});

Deno.test("resumeSandbox: a pause that is not through is taken back, too", async () => {
  for (const status of [STATUS.running, STATUS.pausing, STATUS.resuming]) {
    await using on = await stage([sandboxOf("mine", { spec: { paused: true }, status })]);
    assertEquals((await resumeSandbox(on.kube, MINE)).spec["paused"], false);
  }
});

/** A sandbox that has been paused since some time, with timers relative to now. */
function pausedSince(minutes: number | undefined, timers: Readonly<Record<string, number>>): Sandbox {
  const time = (offset: number) => new Date(Date.now() + offset * 60_000).toISOString();
  const since = minutes === undefined ? "" : time(-minutes);
  const how = condition("SandboxPaused", "True", "StopPauseSucceed", "", since);
  const spec = Object.fromEntries(Object.entries(timers).map(([field, offset]) => [field, time(offset)]));
  return sandboxOf("mine", {
    spec: { paused: true, ...spec },
    status: { phase: "Paused", conditions: since === "" ? [NOT_READY] : [NOT_READY, how] },
  });
}

const TIMERS: readonly (readonly [
  what: string,
  paused: number | undefined,
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
])[] = [
  ["timers stood still", 30, { pauseTime: 60, shutdownTime: 120 }, { pauseTime: 90, shutdownTime: 150 }],
  ["one timer stood still", 30, { shutdownTime: 10 }, { shutdownTime: 40 }],
  ["what paused it would do so again", 1, { pauseTime: -1 }, { pauseTime: 5 }],
  ["both keep their distance", 1, { pauseTime: -1, shutdownTime: 3 }, { pauseTime: 5, shutdownTime: 9 }],
  ["paused for unknown time", undefined, { pauseTime: -30, shutdownTime: 1 }, { pauseTime: 5, shutdownTime: 36 }],
  ["paused for unknown time, and far", undefined, { shutdownTime: 60 }, { shutdownTime: 60 }],
  ["a pause that was wanted at once", 1, { pauseTime: -1e7, shutdownTime: 60 }, { pauseTime: 5, shutdownTime: 66 }],
  ["no timers", 30, {}, {}],
];

for (const [what, paused, before, after] of TIMERS) {
  Deno.test(`resumeSandbox: ${what}`, async () => {
    await using on = await stage([pausedSince(paused, before)]);
    const { spec } = await resumeSandbox(on.kube, MINE);
    assertEquals(on.verbs(), ["get sandboxes", "patch sandboxes"], "in one patch");
    const minutes = (field: string) => (Date.parse(spec[field] as string) - Date.now()) / 60_000;
    for (const field of ["pauseTime", "shutdownTime"]) {
      if (after[field] === undefined) assertEquals(spec[field], undefined);
      else assert(Math.abs(minutes(field) - after[field]) < 0.5, `${field}: ${minutes(field)} min`);
    }
    assertEquals(spec["paused"], false);
  });
}

Deno.test("resumeSandbox: a timer that means never stays the last one that can be written", async () => {
  const never = "9999-12-31T23:59:59Z";
  const before = pausedSince(30, { pauseTime: 10 });
  const sandbox: Sandbox = { ...before, spec: { ...before.spec, shutdownTime: never } };
  await using on = await stage([sandbox]);
  assertEquals((await resumeSandbox(on.kube, MINE)).spec["shutdownTime"], never);
});

type Verb = (kube: KubeClient, target: { name: string; namespace?: string }) => Promise<Sandbox>;
const VERBS: readonly (readonly [name: string, verb: Verb])[] = [
  ["pauseSandbox", pauseSandbox],
  ["resumeSandbox", resumeSandbox],
  ["setSandboxTimeout", (kube, target) => setSandboxTimeout(kube, target, { pauseTime: null })],
];

const REFUSED: readonly (readonly [verb: Verb, sandbox: Sandbox, state: string, message: RegExp, hint: RegExp])[] = [
  [
    pauseSandbox,
    sandboxOf("mine", { status: STATUS.starting }),
    "creating",
    /^Cannot pause .*ResourcePending/,
    /^Wait/,
  ],
  [pauseSandbox, sandboxOf("mine", { status: STATUS.failed }), "dead", /ResourceFailed: phase Failed/, /not come back/],
  [pauseSandbox, sandboxOf("mine", { status: STATUS.unready }), "dead", /ButNotReady/, /^Its runtime is not ready/],
  [pauseSandbox, sandboxOf("mine", { status: STATUS.resuming }), "paused", /phase Resuming/, /^Wait until/],
  [pauseSandbox, sandboxOf("mine"), "paused", /no phase/, /^Wait until/],
  [resumeSandbox, sandboxOf("mine", { status: STATUS.pending }), "creating", /^Cannot resume .*Pending/, /^Wait/],
  [resumeSandbox, sandboxOf("mine", { status: STATUS.failed }), "dead", /ResourceFailed/, /not come back/],
  [resumeSandbox, sandboxOf("mine", { spec: { paused: true } }), "paused", /no phase/, /^Resume it/],
  [
    resumeSandbox,
    sandboxOf("mine", { spec: { paused: true, shutdownTime: "2026-01-01T00:00:00Z" }, status: STATUS.paused }),
    "dead",
    /ShutdownTimeReached/,
    /not come back/,
  ],
  ...[pauseSandbox, resumeSandbox].flatMap((verb) =>
    [
      [
        verb,
        sandboxOf("mine", { metadata: { ownerReferences: [POOLED] }, status: STATUS.running }),
        "available",
        /ResourceControlledBySbsAndReady/,
        /^It belongs to the pool "code-interpreter": claim/,
      ],
      [
        verb,
        sandboxOf("mine", {
          metadata: { deletionTimestamp: "2026-01-01T00:00:00Z", finalizers: ["agents.kruise.io/sandbox"] },
          status: STATUS.running,
        }),
        "dead",
        /ResourceDeleted/,
        /not come back/,
      ],
      [verb, sandboxOf("mine", { status: { phase: "Upgrading" } }), "paused", /phase Upgrading/, /^Wait until/],
    ] as const
  ),
];

for (const [verb, sandbox, state, message, hint] of REFUSED) {
  Deno.test(`${verb.name}: refuses one that is ${state} (${message.source})`, async () => {
    await using on = await stage([sandbox]);
    const error = await failure(() => verb(on.kube, MINE));
    assertFailure(error, { name: "SandboxNotRunningError", code: "sandbox_not_running", message, hint });
    const { state: told, sandboxId } = error as { state?: string; sandboxId?: string };
    assertEquals([told, sandboxId], [state, "default--mine"]);
    assertEquals(on.verbs(), ["get sandboxes"]);
  });
}

for (const [name, verb] of VERBS) {
  Deno.test(`${name}: none of that name`, async () => {
    await using on = await stage([]);
    assertFailure(await failure(() => verb(on.kube, { name: "mine", namespace: "team" })), {
      name: "NotFoundError",
      code: "sandbox_not_found",
      message: /^Cannot (pause|resume|set the timeout of) sandbox "mine" in "team": there is none$/,
      hint: /kubectl get sandboxes -n team/,
    });
  });

  Deno.test(`${name}: deleted in the middle`, async () => {
    await using on = await stage([name === "resumeSandbox" ? PAUSED : RUNNING]);
    on.fake.next({
      when: (request) => isPatch(request) && on.fake.remove(RUNNING),
      delayMs: 0,
    });
    assertFailure(await failure(() => verb(on.kube, MINE)), {
      name: "NotFoundError",
      code: "sandbox_not_found",
      message: /there is none$/,
    });
  });

  Deno.test(`${name}: names that cannot be make no request`, async () => {
    await using on = await stage([]);
    for (const bad of ["a/b", "..", "Mine", ""]) {
      const error = await failure(() => verb(on.kube, { name: bad }));
      assertFailure(error, { name: bad === "" ? "TypeError" : "RangeError", message: /as a name of sandboxes/ });
    }
    assertEquals(on.fake.requests, []);
  });

  Deno.test(`${name}: without the right, the error names it`, async () => {
    const rules = [{ resources: ["sandboxes"], verbs: ["get"] }];
    await using on = await stage([name === "resumeSandbox" ? PAUSED : RUNNING], { users: [{ name: "viewer", rules }] });
    assertFailure(await failure(() => verb(on.kube, MINE)), {
      name: "KubeStatusError",
      code: "kube_status",
      message: /cannot patch resource/,
      hint: /^Grant the verb "patch" on sandboxes\.agents\.kruise\.io in the namespace "default" to "viewer"/,
    });
  });
}

for (const [verb, sandbox] of [[pauseSandbox, RUNNING], [resumeSandbox, PAUSED]] as const) {
  /** Somebody else writes each time just before the patch comes. */
  const disturb = (times: number, write: () => void) => ({
    times,
    when: (request: FakeKubeRequest) => {
      if (isPatch(request)) write();
      return isPatch(request);
    },
    delayMs: 0,
  });

  Deno.test(`${verb.name}: conflicts are tried again, on what is there then`, async () => {
    await using on = await stage([sandbox]);
    let count = 0;
    on.fake.next(disturb(3, () => {
      const now = on.fake.get(sandbox)!;
      on.fake.write({ ...now, metadata: { ...now.metadata, labels: { count: String(++count) } } });
    }));
    const changed = await verb(on.kube, MINE);
    assertEquals([changed.spec["paused"], changed.metadata.labels], [verb === pauseSandbox, { count: "3" }]);
    assertEquals(on.verbs().filter((one) => one === "patch sandboxes").length, 4);
  });

  Deno.test(`${verb.name}: conflicts without an end are the caller's`, async () => {
    await using on = await stage([sandbox]);
    on.fake.next({ status: 409, times: 100, when: isPatch });
    const error = await failure(() => verb(on.kube, MINE));
    assert(error instanceof KubeStatusError && isConflict(error));
    assertFailure(error, {
      name: "KubeStatusError",
      code: "kube_status",
      message: /conflict/,
      hint: /^Read the object/,
    });
    assertEquals(on.verbs().filter((one) => one === "patch sandboxes").length, 8);
  });

  Deno.test(`${verb.name}: what others do meanwhile counts`, async () => {
    await using on = await stage([sandbox]);
    on.fake.next(disturb(1, () => control(on.fake, sandbox, STATUS.failed)));
    const error = await failure(() => verb(on.kube, MINE));
    assertFailure(error, { name: "SandboxNotRunningError", code: "sandbox_not_running", message: /ResourceFailed/ });
  });

  Deno.test(`${verb.name}: recreated under the same name`, async () => {
    await using on = await stage([sandbox]);
    on.fake.next(disturb(1, () => {
      on.fake.remove(sandbox);
      on.fake.write(sandbox);
    }));
    assertFailure(await failure(() => verb(on.kube, MINE)), {
      name: "NotFoundError",
      code: "sandbox_not_found",
      message: /: it was deleted, and another one has its name$/,
      hint: /claim or create another one$/,
    });
    assertEquals((on.fake.get(sandbox) as Sandbox).spec["paused"], sandbox.spec["paused"], "the new one is left alone");
  });

  Deno.test(`${verb.name}: one limit holds for all its calls`, async () => {
    await using on = await stage([sandbox]);
    on.fake.next({ delayMs: 3_600_000, when: isPatch });
    const error = await failure(() => verb(on.kube, MINE, { timeoutMs: 30 }));
    assertFailure(error, {
      name: "TimeoutError",
      code: "request_timeout",
      message: /within 30 ms$/,
      hint: /timeoutMs/,
    });
  });

  Deno.test(`${verb.name}: a signal ends it with its reason`, async () => {
    await using on = await stage([sandbox]);
    const signal = AbortSignal.abort("enough");
    assertEquals(await verb(on.kube, MINE, { signal }).catch((reason) => reason), "enough");
    assertEquals(on.fake.requests, []);
  });
}

Deno.test("setSandboxTimeout: sets, keeps and takes out, with the right to patch alone", async () => {
  const rules = [{ resources: ["sandboxes"], resourceNames: ["mine"], verbs: ["patch"] }];
  const spec = { shutdownTime: "2030-01-01T00:00:00Z", pauseTime: "2029-01-01T00:00:00Z" };
  await using on = await stage([sandboxOf("mine", { spec })], { users: [{ name: "dev", rules }] });
  const times = ({ spec: { shutdownTime, pauseTime } }: Sandbox) => [shutdownTime, pauseTime];
  const shutdownTime = new Date("2031-02-03T04:05:06.007Z");
  assertEquals(times(await setSandboxTimeout(on.kube, MINE, { shutdownTime })), [
    "2031-02-03T04:05:07Z",
    spec.pauseTime,
  ]);
  assertEquals(times(await setSandboxTimeout(on.kube, MINE, { pauseTime: null })), ["2031-02-03T04:05:07Z", undefined]);
  const both = { shutdownTime: null, pauseTime: new Date("2027-01-01T00:00:00Z") };
  assertEquals(times(await setSandboxTimeout(on.kube, MINE, both)), [undefined, "2027-01-01T00:00:00Z"]);
  assertEquals(on.verbs(), Array(3).fill("patch sandboxes"));
});

Deno.test("setSandboxTimeout: what is no time makes no request", async () => {
  await using on = await stage([sandboxOf("mine")]);
  const rows: readonly (readonly [options: unknown, name: string, message: RegExp])[] = [
    [undefined, "TypeError", /^Cannot set no timeout/],
    [{}, "TypeError", /^Cannot set no timeout/],
    [{ shutdownTime: undefined }, "TypeError", /^Cannot set no timeout/],
    [{ shutdownTime: "2030-01-01T00:00:00Z" }, "TypeError", /type string as shutdownTime: pass a Date/],
    [{ pauseTime: 1_900_000_000 }, "TypeError", /type number as pauseTime: pass a Date/],
    [{ pauseTime: new Date(NaN) }, "RangeError", /an invalid Date as pauseTime/],
    [{ pauseTime: new Date(8e15) }, "RangeError", /\+255479-.* as pauseTime: pass one in the years/],
  ];
  for (const [options, name, message] of rows) {
    assertFailure(await failure(() => setSandboxTimeout(on.kube, MINE, options as never)), { name, message });
  }
  assertEquals(on.fake.requests, []);
});
