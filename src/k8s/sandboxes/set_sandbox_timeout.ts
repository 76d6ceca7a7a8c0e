import type { KubeClient } from "../client/kube_client.ts";
import type { KubeCallOptions, Sandbox } from "../types.ts";
import type { SpecChange } from "./change_sandbox.ts";
import { isMissing, sandboxMissing } from "./missing.ts";
import type { ObjectRef } from "./object_ref.ts";
import { subjectOf } from "./subject.ts";
import { kubeTime } from "./times.ts";

/** Which timers of a sandbox are set. One that is absent stays as it is. */
export interface SandboxTimeoutOptions extends KubeCallOptions {
  /** When the sandbox is deleted: at once where that has passed. Null: never. */
  shutdownTime?: Date | null | undefined;
  /** When the sandbox is paused: at once where that has passed. Null: never. */
  pauseTime?: Date | null | undefined;
}

/**
 * Sets when a sandbox is paused and deleted, whatever was set before. It takes the right `patch`.
 *
 * @param kube The client.
 * @param target Which sandbox.
 * @param options The times, to the second, of which one at least is given.
 * @returns The sandbox, as it was stored.
 *
 * @throws {TypeError | RangeError} When there can be no such name or time, or no time is given.
 * @throws {NotFoundError} `sandbox_not_found`: there is none.
 *
 * @example One hour from now, and no pause before
 * ```ts
 * import { type KubeClient, setSandboxTimeout } from "@kruise-agents/runtime/k8s";
 *
 * async function oneHour(kube: KubeClient, name: string): Promise<void> {
 *   await setSandboxTimeout(kube, { name }, { shutdownTime: new Date(Date.now() + 3_600_000), pauseTime: null });
 * }
 * ```
 */
export async function setSandboxTimeout(
  kube: KubeClient,
  target: ObjectRef,
  options: SandboxTimeoutOptions,
): Promise<Sandbox> {
  const subject = subjectOf<Sandbox>(kube, target, "sandboxes");
  const { shutdownTime, pauseTime, signal, timeoutMs } = options ?? {};
  const spec: SpecChange = {
    ...(shutdownTime === undefined ? {} : { shutdownTime: textOf("shutdownTime", shutdownTime) }),
    ...(pauseTime === undefined ? {} : { pauseTime: textOf("pauseTime", pauseTime) }),
  };
  if (Object.keys(spec).length === 0) {
    throw new TypeError("Cannot set no timeout: pass shutdownTime or pauseTime, a Date or null");
  }
  try {
    return await subject.resource.patch(subject.name, { spec }, { signal, timeoutMs });
  } catch (error) {
    throw isMissing(error, subject.name) ? sandboxMissing("set the timeout of", subject, error) : error;
  }
}

function textOf(name: string, time: Date | null): string | null {
  return time === null ? null : kubeTime(name, time);
}
