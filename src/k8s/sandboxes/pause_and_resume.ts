import type { KubeCallOptions, Sandbox } from "../types.ts";
import { changeSandbox, type SpecChange } from "./change_sandbox.ts";
import { describeObject } from "./describe_object.ts";
import { notRunning } from "./not_running.ts";
import { conditionOf, isPauseWanted, phaseOf, timeOf } from "./sandbox_fields.ts";
import { sandboxState } from "./sandbox_state.ts";
import type { Subject } from "./subject.ts";
import { kubeTime } from "./times.ts";

/** What a sandbox is left with at least, as when the platform's own API resumes one. */
const LEAST_MS = 300_000;
/** The last second that the API can write, by which some mean never. */
const LATEST = Date.UTC(9999, 11, 31, 23, 59, 59);
const TIMERS = ["pauseTime", "shutdownTime"] as const;
/** The phases out of which a sandbox can be resumed. */
const PHASES: readonly string[] = ["Paused", "Running", "Resuming"];

/** Says that a sandbox shall be paused. */
export async function pause(subject: Subject<Sandbox>, options: KubeCallOptions): Promise<Sandbox> {
  return await changeSandbox(subject, "pause", options, (sandbox) => {
    const info = sandboxState(sandbox);
    // "Paused" is also counted what is on its way out of a pause, or has no phase yet.
    const isPausing = info.state === "paused" && isPauseWanted(sandbox) && phaseOf(sandbox) !== "";
    if (isPausing) return undefined;
    if (info.state === "running" || (info.state === "paused" && phaseOf(sandbox) === "Paused")) return { paused: true };
    throw notRunning(sandbox, { ...info, what: `pause ${subject.title}`, about: describeObject(sandbox) });
  });
}

/** Says that a sandbox shall run again. */
export async function resume(subject: Subject<Sandbox>, options: KubeCallOptions): Promise<Sandbox> {
  return await changeSandbox(subject, "resume", options, (sandbox) => {
    const now = new Date();
    const info = sandboxState(sandbox, now);
    const phase = phaseOf(sandbox);
    if (info.state === "running" || (info.reason === "RunningResourceClaimedButNotReady")) return undefined;
    if (info.state === "paused" && PHASES.includes(phase)) {
      // Also where no controller has heard of it: whoever resumed it has moved the timers.
      return isPauseWanted(sandbox) ? { paused: false, ...laterTimers(sandbox, now) } : undefined;
    }
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
  const paused = pausedFor(sandbox, now);
  const later = Math.max(paused ?? 0, now.getTime() + LEAST_MS - earliest);
  return Object.fromEntries(set.map(({ field, time }) => {
    // One timer may have run out long before the pause began: that is no time by which the other one is late.
    const most = paused === undefined ? later : Math.min(later, paused + LEAST_MS);
    const moved = Math.max(time + most, now.getTime() + LEAST_MS);
    return [field, kubeTime(field, new Date(Math.min(moved, LATEST)))];
  }));
}

/** For how long a sandbox has been paused, in milliseconds; undefined where nobody wrote that down. */
function pausedFor(sandbox: Sandbox, now: Date): number | undefined {
  const since = Date.parse(conditionOf(sandbox, "SandboxPaused")?.lastTransitionTime ?? "");
  return Number.isNaN(since) ? undefined : Math.max(0, now.getTime() - since);
}
