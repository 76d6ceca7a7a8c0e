import type { KubeClient } from "../client/kube_client.ts";
import { describeObject } from "../sandboxes/describe_object.ts";
import { isMissing, sandboxMissing } from "../sandboxes/missing.ts";
import { notRunning } from "../sandboxes/not_running.ts";
import type { ObjectRef } from "../sandboxes/object_ref.ts";
import { sandboxState, type SandboxStateInfo } from "../sandboxes/sandbox_state.ts";
import { subjectOf } from "../sandboxes/subject.ts";
import type { Sandbox } from "../types.ts";
import type { ExecHandle, ExecOptions } from "./exec/exec_handle.ts";

/** Whether there is a pod to run commands in: also where its daemon is not ready, which may be what one looks into. */
function hasPod({ state, reason }: SandboxStateInfo): boolean {
  return state === "running" || reason === "RunningResourceClaimedButNotReady";
}

/** Runs a command in the pod of a sandbox that runs. */
export async function runInSandbox(
  kube: KubeClient,
  target: ObjectRef,
  command: readonly string[],
  options: ExecOptions,
): Promise<ExecHandle> {
  const subject = subjectOf<Sandbox>(kube, target, "sandboxes");
  const { name, resource, title } = subject;
  const { signal } = options;
  let sandbox: Sandbox;
  try {
    sandbox = await resource.get(name, { signal });
  } catch (error) {
    throw isMissing(error, name) ? sandboxMissing("run a command in", subject, error) : error;
  }
  const info = sandboxState(sandbox);
  if (!hasPod(info)) {
    throw notRunning(sandbox, { ...info, what: `run a command in ${title}`, about: describeObject(sandbox) });
  }
  return await kube.exec({ pod: name, namespace: subject.namespace }, command, options);
}
