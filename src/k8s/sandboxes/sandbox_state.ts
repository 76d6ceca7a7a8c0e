import type { SandboxState } from "../../../mod.ts";
import type { Sandbox } from "../types.ts";
import { AGENTS_VERSION, controllerOf, isPauseWanted, isReady, phaseOf, timeOf } from "./sandbox_fields.ts";

/** What a sandbox is, and by which of its fields. */
export interface SandboxStateInfo {
  /** The state. */
  readonly state: SandboxState;
  /** Why, in the platform's own word, such as `ShutdownTimeReached`. */
  readonly reason: string;
}

/**
 * The state of a sandbox, as the platform's own servers count it.
 *
 * A sandbox that was resumed is `dead` for a moment, with the reason `RunningResourceClaimedButNotReady`, until its
 * runtime is ready; and `paused` as soon as somebody wants it so, while it still ends.
 *
 * @param sandbox The sandbox, as it was read.
 * @param now When.
 * @returns The state, and why.
 *
 * @example
 * ```ts
 * import { sandboxState } from "@kruise-agents/runtime/k8s";
 * import { assertEquals } from "@std/assert";
 *
 * const sandbox = {
 *   apiVersion: "agents.kruise.io/v1alpha1",
 *   kind: "Sandbox",
 *   metadata: { name: "mine", namespace: "default" },
 *   spec: {},
 *   status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
 * };
 * assertEquals(sandboxState(sandbox).state, "running");
 * assertEquals(sandboxState({ ...sandbox, status: { phase: "Paused" } }).state, "paused");
 * ```
 */
export function sandboxState(sandbox: Sandbox, now: Date = new Date()): SandboxStateInfo {
  if (sandbox.metadata.deletionTimestamp) return { state: "dead", reason: "ResourceDeleted" };
  const shutdown = timeOf(sandbox, "shutdownTime");
  if (shutdown !== undefined && shutdown < now.getTime()) return { state: "dead", reason: "ShutdownTimeReached" };
  const phase = phaseOf(sandbox);
  switch (phase) {
    case "Pending":
      return { state: "creating", reason: "ResourcePending" };
    case "Succeeded":
    case "Failed":
    case "Terminating":
      return { state: "dead", reason: `Resource${phase}` };
  }
  if (isPooled(sandbox)) {
    return isReady(sandbox)
      ? { state: "available", reason: "ResourceControlledBySbsAndReady" }
      : { state: "creating", reason: "ResourceControlledBySbsButNotReady" };
  }
  if (phase !== "Running") return { state: "paused", reason: "NotRunningResourceClaimed" };
  if (isPauseWanted(sandbox)) return { state: "paused", reason: "RunningResourceClaimedAndPaused" };
  return isReady(sandbox)
    ? { state: "running", reason: "RunningResourceClaimedAndReady" }
    : { state: "dead", reason: "RunningResourceClaimedButNotReady" };
}

/** Whether a sandbox is one that a pool keeps ready. */
function isPooled(sandbox: Sandbox): boolean {
  const controller = controllerOf(sandbox);
  return controller?.kind === "SandboxSet" && controller.apiVersion === AGENTS_VERSION;
}
