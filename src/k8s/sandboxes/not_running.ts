import { SandboxNotRunningError } from "../../../mod.ts";
import type { Sandbox } from "../types.ts";
import { controllerOf, isPauseWanted, phaseOf, sandboxIdOf } from "./sandbox_fields.ts";
import type { SandboxStateInfo } from "./sandbox_state.ts";

/** What is wrong with the state of a sandbox. */
export interface WrongState extends SandboxStateInfo {
  /** Completes "Cannot …". */
  readonly what: string;
  /** What else is known. */
  readonly about: string;
  /** Goes at the end of the hint. */
  readonly more?: string | undefined;
}

/** A sandbox is not in a state in which something could be done with it. */
export function notRunning(sandbox: Sandbox, wrong: WrongState): SandboxNotRunningError {
  const { what, state, reason, about, more } = wrong;
  const hint = hintFor(sandbox, wrong);
  return new SandboxNotRunningError(`Cannot ${what}: it is ${state} (${[reason, about].filter(Boolean).join(": ")})`, {
    code: "sandbox_not_running",
    state,
    sandboxId: sandboxIdOf(sandbox),
    hint: more === undefined ? hint : `${hint}; ${more}`,
  });
}

/** What can be done about the state of a sandbox. */
function hintFor(sandbox: Sandbox, { state, reason }: SandboxStateInfo): string {
  switch (state) {
    case "available":
      return `It belongs to the pool "${controllerOf(sandbox)?.name ?? ""}": claim one of that pool with createClaim`;
    case "creating":
      return "Wait until it is running with waitForSandbox";
    case "paused":
      return isPauseWanted(sandbox) || phaseOf(sandbox) === "Paused"
        ? "Resume it with resumeSandbox, and wait until it is running with waitForSandbox"
        : "Wait until it is running with waitForSandbox";
    case "running":
      return "Pause it with pauseSandbox first";
  }
  return reason === "RunningResourceClaimedButNotReady"
    ? "Its runtime is not ready: wait with waitForSandbox, and if that does not help, claim or create another one"
    : "It does not come back: claim or create another one";
}
