import type { KubeClient } from "../client/kube_client.ts";
import type { KubeCallOptions, Sandbox } from "../types.ts";
import { changeSandbox, type SpecChange } from "./change_sandbox.ts";
import { describeObject } from "./describe_object.ts";
import { notRunning } from "./not_running.ts";
import type { ObjectRef } from "./object_ref.ts";
import { conditionOf, isPauseWanted, phaseOf, timeOf } from "./sandbox_fields.ts";
import { sandboxState } from "./sandbox_state.ts";
import { subjectOf } from "./subject.ts";
import { kubeTime } from "./times.ts";

/** What a sandbox is left with at least, as when the platform's own API resumes one. */
const LEAST_MS = 300_000;
const TIMERS = ["pauseTime", "shutdownTime"] as const;
/** The phases out of which a sandbox can be resumed. */
const PHASES: readonly string[] = ["Paused", "Running", "Resuming"];

/**
 * Says that a sandbox shall run again. It returns as soon as that is written; the sandbox can be used when
 * {@linkcode waitForSandbox} finds it `running`. One that runs or is being resumed stays as it is.
 *
 * The sandbox's timers stood still meanwhile: `pauseTime` and `shutdownTime`, where they are set, are moved by the time
 * that it was paused, in the same patch, or else it would be paused or deleted at once. Both are moved alike, and so
 * far that 5 minutes are left at least.
 *
 * If somebody else changes the sandbox at the same time, it is read and judged again. It takes the rights `get` and
 * `patch`.
 *
 * @param kube The client.
 * @param target Which sandbox.
 * @param options Signal and limit.
 * @returns The sandbox, as it was stored.
 *
 * @throws {TypeError | RangeError} When there can be no such name.
 * @throws {NotFoundError} `sandbox_not_found`: there is none.
 * @throws {SandboxNotRunningError} `sandbox_not_running`: it is starting, dead, or belongs to a pool; see `state`.
 *
 * @example
 * ```ts
 * import { type KubeClient, resumeSandbox, type Sandbox, waitForSandbox } from "@kruise-agents/runtime/k8s";
 *
 * async function wake(kube: KubeClient, name: string): Promise<Sandbox> {
 *   await resumeSandbox(kube, { name });
 *   return await waitForSandbox(kube, { name }, { timeoutMs: 600_000 });
 * }
 * ```
 */
export async function resumeSandbox(
  kube: KubeClient,
  target: ObjectRef,
  options: KubeCallOptions = {},
): Promise<Sandbox> {
  const subject = subjectOf<Sandbox>(kube, target, "sandboxes");
  return await changeSandbox(subject, "resume", options, (sandbox) => {
    const now = new Date();
    const info = sandboxState(sandbox, now);
    const phase = phaseOf(sandbox);
    const isOnItsWay = !isPauseWanted(sandbox) && (phase === "Running" || phase === "Resuming");
    if (info.state === "running" || (info.reason === "RunningResourceClaimedButNotReady")) return undefined;
    if (info.state === "paused" && isOnItsWay) return undefined;
    if (info.state === "paused" && PHASES.includes(phase)) return { paused: false, ...laterTimers(sandbox, now) };
    throw notRunning(sandbox, { ...info, what: `resume ${subject.title}`, about: describeObject(sandbox) });
  });
}

/** The timers that are set, moved by the time of the pause. */
function laterTimers(sandbox: Sandbox, now: Date): SpecChange {
  const set = TIMERS.flatMap((field) => {
    const time = timeOf(sandbox, field);
    return time === undefined ? [] : [{ field, time }];
  });
  if (set.length === 0) return {};
  const earliest = Math.min(...set.map(({ time }) => time));
  const later = Math.max(pausedFor(sandbox, now), now.getTime() + LEAST_MS - earliest);
  return Object.fromEntries(set.map(({ field, time }) => [field, kubeTime(field, new Date(time + later))]));
}

/** For how long a sandbox has been paused, in milliseconds. */
function pausedFor(sandbox: Sandbox, now: Date): number {
  const since = Date.parse(conditionOf(sandbox, "SandboxPaused")?.lastTransitionTime ?? "");
  return Number.isNaN(since) ? 0 : Math.max(0, now.getTime() - since);
}
