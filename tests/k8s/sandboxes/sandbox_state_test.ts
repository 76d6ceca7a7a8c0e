/** The platform's state function, row by row. */

import { assertEquals } from "@std/assert";
import { type Sandbox, sandboxState } from "../../../src/k8s/mod.ts";
import { EXCHANGES } from "../replay/recording.ts";
import { NOT_READY, POOLED, READY, sandboxOf, STATUS } from "./stage.ts";

const NOW = new Date("2026-08-22T12:00:00Z");
const BEFORE = "2026-08-22T11:59:59Z";
const AFTER = "2026-08-22T12:00:01Z";

type Parts = Parameters<typeof sandboxOf>[1];

const pooled = { metadata: { ownerReferences: [POOLED] } };
const ownedBy = (change: Record<string, unknown>) => ({ metadata: { ownerReferences: [{ ...POOLED, ...change }] } });
const phase = (name: string, conditions: readonly unknown[] = []) => ({ status: { phase: name, conditions } });

const ROWS: readonly (readonly [what: string, parts: Parts, state: string, reason: string])[] = [
  // 1: deletion comes before all else.
  ["deleted", { metadata: { deletionTimestamp: BEFORE }, status: STATUS.running }, "dead", "ResourceDeleted"],
  ["deleted, in a pool", { metadata: { deletionTimestamp: BEFORE, ...pooled.metadata } }, "dead", "ResourceDeleted"],
  // 2
  ["its time is over", { spec: { shutdownTime: BEFORE }, status: STATUS.running }, "dead", "ShutdownTimeReached"],
  ["over while pending", { spec: { shutdownTime: BEFORE }, status: STATUS.pending }, "dead", "ShutdownTimeReached"],
  [
    "its time is just now",
    { spec: { shutdownTime: NOW.toISOString() }, status: STATUS.running },
    "running",
    "RunningResourceClaimedAndReady",
  ],
  [
    "its time comes",
    { spec: { shutdownTime: AFTER }, status: STATUS.running },
    "running",
    "RunningResourceClaimedAndReady",
  ],
  [
    "a time in another zone",
    { spec: { shutdownTime: "2026-08-22T13:59:59+02:00" }, status: STATUS.running },
    "dead",
    "ShutdownTimeReached",
  ],
  [
    "a time that is none",
    { spec: { shutdownTime: "soon" }, status: STATUS.running },
    "running",
    "RunningResourceClaimedAndReady",
  ],
  // 3
  ["pending", { status: STATUS.pending }, "creating", "ResourcePending"],
  ["pending, but ready", phase("Pending", [READY]), "creating", "ResourcePending"],
  ["pending, in a pool", { ...pooled, status: STATUS.pending }, "creating", "ResourcePending"],
  // 4
  ["succeeded", phase("Succeeded", [READY]), "dead", "ResourceSucceeded"],
  ["failed", { status: STATUS.failed }, "dead", "ResourceFailed"],
  ["terminating", phase("Terminating"), "dead", "ResourceTerminating"],
  ["failed, in a pool", { ...pooled, status: STATUS.failed }, "dead", "ResourceFailed"],
  // 5
  ["ready in a pool", { ...pooled, status: STATUS.running }, "available", "ResourceControlledBySbsAndReady"],
  ["not ready in a pool", { ...pooled, status: STATUS.unready }, "creating", "ResourceControlledBySbsButNotReady"],
  ["in a pool, without a phase", pooled, "creating", "ResourceControlledBySbsButNotReady"],
  [
    "in a pool, and to be paused",
    { ...pooled, spec: { paused: true }, status: STATUS.running },
    "available",
    "ResourceControlledBySbsAndReady",
  ],
  [
    "owned by a pool that does not control it",
    { ...ownedBy({ controller: false }), status: STATUS.running },
    "running",
    "RunningResourceClaimedAndReady",
  ],
  [
    "controlled by something else",
    { ...ownedBy({ kind: "Deployment", apiVersion: "apps/v1" }), status: STATUS.running },
    "running",
    "RunningResourceClaimedAndReady",
  ],
  [
    "controlled by a SandboxSet of another group",
    { ...ownedBy({ apiVersion: "apps.kruise.io/v1alpha1" }), status: STATUS.running },
    "running",
    "RunningResourceClaimedAndReady",
  ],
  // 6
  [
    "running, and to be paused",
    { spec: { paused: true }, status: STATUS.running },
    "paused",
    "RunningResourceClaimedAndPaused",
  ],
  [
    "not ready, and to be paused",
    { spec: { paused: true }, status: STATUS.unready },
    "paused",
    "RunningResourceClaimedAndPaused",
  ],
  // 7
  ["running", { status: STATUS.running }, "running", "RunningResourceClaimedAndReady"],
  [
    "running, and not to be paused",
    { spec: { paused: false }, status: STATUS.running },
    "running",
    "RunningResourceClaimedAndReady",
  ],
  // 8
  ["not ready", { status: STATUS.unready }, "dead", "RunningResourceClaimedButNotReady"],
  ["no word of Ready", phase("Running"), "dead", "RunningResourceClaimedButNotReady"],
  ["Ready unknown", phase("Running", [{ ...READY, status: "Unknown" }]), "dead", "RunningResourceClaimedButNotReady"],
  ["no conditions", { status: { phase: "Running" } }, "dead", "RunningResourceClaimedButNotReady"],
  // 9
  ["paused", { spec: { paused: true }, status: STATUS.paused }, "paused", "NotRunningResourceClaimed"],
  ["resuming", { status: STATUS.resuming }, "paused", "NotRunningResourceClaimed"],
  ["upgrading", phase("Upgrading", [READY]), "paused", "NotRunningResourceClaimed"],
  ["recycling", phase("Recycling", [NOT_READY]), "paused", "NotRunningResourceClaimed"],
  ["a phase of tomorrow", phase("Dreaming", [READY]), "paused", "NotRunningResourceClaimed"],
  ["no phase", { status: {} }, "paused", "NotRunningResourceClaimed"],
  ["no status", {}, "paused", "NotRunningResourceClaimed"],
];

for (const [what, parts, state, reason] of ROWS) {
  Deno.test(`sandboxState: ${what} is ${state}`, () => {
    assertEquals(sandboxState(sandboxOf("mine", parts), NOW), { state, reason } as ReturnType<typeof sandboxState>);
  });
}

Deno.test("sandboxState: of recorded objects", () => {
  const states = ["get", "status-get", "delete-finalizer"].map((name) => {
    const { response } = EXCHANGES.find((one) => one.name === name)!;
    return sandboxState(response.body as Sandbox).reason;
  });
  assertEquals(states, ["NotRunningResourceClaimed", "RunningResourceClaimedAndPaused", "ResourceDeleted"]);
});

Deno.test("sandboxState: without a time, it is now", () => {
  const at = (milliseconds: number) => new Date(Date.now() + milliseconds).toISOString();
  const over = sandboxOf("mine", { spec: { shutdownTime: at(-1000) }, status: STATUS.running });
  const runs = sandboxOf("mine", { spec: { shutdownTime: at(3_600_000) }, status: STATUS.running });
  assertEquals([sandboxState(over).state, sandboxState(runs).state], ["dead", "running"]);
});
