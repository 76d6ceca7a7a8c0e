/** What the error of a wait says of the object, and what it does not. */

import { assert, assertEquals } from "@std/assert";
import { waitForClaim, waitForSandbox } from "../../../src/k8s/mod.ts";
import { claimOf, condition, eventOf, late, RUNTIME_TOKEN, sandboxOf, stage, STATUS } from "./stage.ts";
import { assertFailure, failure, shownBy } from "./tools.ts";

const MINE = { name: "mine" };
const UID = "0d9a5b3e-6a0c-4a37-9e55-1f2f6f0b7a11";
const CREATED = "2026-08-22T10:00:00Z";
const STARTING = sandboxOf("mine", { metadata: { uid: UID, creationTimestamp: CREATED }, status: STATUS.starting });
const POD = { apiVersion: "v1", kind: "Pod", metadata: { name: "mine", uid: "f3f0f7f2-53d7-43b0-98d5-4a4a9d7d3a55" } };
const OWN = 'phase Pending, Ready=False StartContainerFailed: "Back-off pulling image", message "waiting for the pod"';

const PULLED = eventOf(POD, "mine.1", {
  type: "Warning",
  reason: "Failed",
  message: "Failed to pull image",
  count: 3,
  lastTimestamp: "2026-08-22T10:00:09Z",
});
const EVENTS = [
  PULLED,
  eventOf(STARTING, "mine.2", { type: "Normal", reason: "Created", lastTimestamp: "2026-08-22T10:00:01Z" }),
  eventOf(POD, "mine.3", { type: "Normal", reason: "OfAnOlderPod", lastTimestamp: "2026-08-22T09:00:00Z" }),
  eventOf({ ...STARTING, metadata: { name: "mine", uid: "another" } }, "mine.4", { reason: "OfAnother" }),
  eventOf({ ...STARTING, metadata: { name: "other", uid: "other" } }, "other.1", { reason: "OfTheOther" }),
];

Deno.test("report: phase, conditions, message, and the events of the sandbox and its pod", async () => {
  await using on = await stage([STARTING, ...EVENTS]);
  const error = await late((timeoutMs) => waitForSandbox(on.kube, MINE, { timeoutMs }));
  assertFailure(error, { name: "TimeoutError", code: "wait_timeout", message: /./, hint: /^Raise timeoutMs/ });
  assertEquals(
    error.message.replace(/after \d+ ms/, "at last"),
    `Cannot wait for sandbox "mine" in "default" to be running: still creating at last (${OWN}; ` +
      'events: Normal Created; Warning Failed of its pod: "Failed to pull image" (3 times))',
  );
  assertEquals((error as { retryable?: boolean }).retryable, true);
});

Deno.test("report: the five latest events, cut", async () => {
  const many = Array.from({ length: 8 }, (_, index) => {
    const lastTimestamp = `2026-08-22T10:0${index}:00Z`;
    return eventOf(STARTING, `mine.${index}`, { reason: `R${index}`, message: "x".repeat(1000), lastTimestamp });
  });
  await using on = await stage([STARTING, ...many]);
  const { message } = await late((timeoutMs) => waitForSandbox(on.kube, MINE, { timeoutMs }));
  assertEquals(message.match(/R\d/g), ["R3", "R4", "R5", "R6", "R7"]);
  assertEquals(message.match(/x{9,}/g)?.map((text) => text.length), Array(5).fill(300));
});

Deno.test("report: without the right to list events, the hint names it", async () => {
  const rules = [{ resources: ["sandboxes"], verbs: ["get", "watch"] }];
  await using on = await stage([STARTING, ...EVENTS], { users: [{ name: "viewer", rules }] });
  const error = await late((timeoutMs) => waitForSandbox(on.kube, MINE, { timeoutMs }));
  assertFailure(error, {
    name: "TimeoutError",
    code: "wait_timeout",
    message: /\(phase Pending, Ready=False StartContainerFailed: "Back-off pulling image", message "waiting[^"]*"\)$/,
    hint: /; its events would tell more: Grant the verb "list" on events in the namespace "default" to "viewer", by a/,
  });
});

Deno.test("report: a refusal has the events, too", async () => {
  const failed = sandboxOf("mine", { metadata: { uid: UID, creationTimestamp: CREATED }, status: STATUS.failed });
  await using on = await stage([failed, PULLED]);
  const error = await failure(() => waitForSandbox(on.kube, MINE));
  assertFailure(error, {
    name: "SandboxNotRunningError",
    code: "sandbox_not_running",
    message: /message "Pod Not Found"; events: Warning Failed of its pod: "Failed to pull image" \(3 times\)\)$/,
  });
});

Deno.test("report: events that cannot be had are left out", async () => {
  for (const fault of [{ status: 500 }, { status: 404 }, { cutAfterBytes: 0, times: 9 }]) {
    await using on = await stage([STARTING, ...EVENTS]);
    on.fake.next({ ...fault, when: ({ path }) => path.endsWith("/events") });
    const error = await late((timeoutMs) => waitForSandbox(on.kube, MINE, { timeoutMs }));
    assertEquals([error.name, error.message.endsWith(`(${OWN})`)], ["TimeoutError", true], error.message);
  }
});

Deno.test("report: an API server that never answers", async () => {
  await using on = await stage([STARTING]);
  on.fake.next({ delayMs: 3_600_000, when: ({ verb }) => verb === "get" });
  const error = await failure(() => waitForSandbox(on.kube, MINE, { timeoutMs: 30 }));
  assertFailure(error, {
    name: "TimeoutError",
    code: "wait_timeout",
    message: /to be running: after 30 ms \(it was not read once\)$/,
    hint: /API server/,
  });
});

Deno.test("report: a signal ends the look for events, too", async () => {
  await using on = await stage([sandboxOf("mine", { status: STATUS.failed })]);
  const controller = new AbortController();
  on.fake.next({
    delayMs: 3_600_000,
    when: ({ path }) => {
      if (path.endsWith("/events")) queueMicrotask(() => controller.abort("enough"));
      return path.endsWith("/events");
    },
  });
  const reason = await waitForSandbox(on.kube, MINE, { signal: controller.signal }).catch((why) => why);
  assertEquals(reason, "enough");
});

Deno.test("report: tokens are masked, wherever a controller repeats them", async () => {
  const sandbox = sandboxOf("mine", {
    metadata: {
      annotations: {
        "agents.kruise.io/runtime-access-token": RUNTIME_TOKEN,
        "e2b.agents.kruise.io/envd-access-token": "the-older-token",
        "agents.kruise.io/init-runtime-request": JSON.stringify({
          accessToken: RUNTIME_TOKEN,
          envVars: { A: "env-1" },
        }),
      },
    },
    status: {
      phase: "Running",
      message: `POST /init {"accessToken":"${RUNTIME_TOKEN}"}: 401`,
      conditions: [condition("RuntimeInitialized", "False", "Failed", "X-Access-Token: the-older-token")],
    },
  });
  await using on = await stage([sandbox, eventOf(sandbox, "e", { reason: "InitFailed", message: RUNTIME_TOKEN })]);
  const error = await late((timeoutMs) => waitForSandbox(on.kube, MINE, { timeoutMs }));
  assert(
    error.message.includes("X-Access-Token: ***") && error.message.includes('accessToken\\":\\"***'),
    error.message,
  );
  for (const secret of [RUNTIME_TOKEN, "the-older-token", "env-1"]) assert(!shownBy(error).includes(secret), secret);
});

Deno.test("report: of a claim", async () => {
  const claim = claimOf("job", { phase: "Claiming", message: "Claiming sandboxes: 0/2 claimed" }, 2);
  const uid = "3c1e9a44-2f7e-4f6f-8a3b-7d5d6b1f2c33";
  const there = { ...claim, metadata: { name: "job", uid } };
  const event = eventOf(there, "job.1", { type: "Warning", reason: "NoAvailableSandboxes", message: "pool is dry" });
  await using on = await stage([there, event]);
  const error = await late((timeoutMs) => waitForClaim(on.kube, { name: "job" }, { timeoutMs }));
  assertEquals(
    error.message.replace(/after \d+ ms/, "at last"),
    'Cannot wait for claim "job" in "default": it has 0 of 2 sandboxes at last (phase Claiming, ' +
      'message "Claiming sandboxes: 0/2 claimed"; events: Warning NoAvailableSandboxes: "pool is dry")',
  );
  assertFailure(error, { name: "TimeoutError", code: "wait_timeout", message: /./, hint: /tries for 1m, as spec\./ });
});
