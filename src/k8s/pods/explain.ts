import { isSandboxError } from "../../errors/is_sandbox_error.ts";
import { KubeStatusError } from "../../../mod.ts";
import { containerTrouble, getPod } from "./containers.ts";
import type { CheckedTarget, PodCalls } from "./target.ts";

/** What was tried. */
export interface PodAttempt {
  readonly target: CheckedTarget;
  readonly container: string | undefined;
  /** The part of the pod that was asked for: `exec`, `portforward`, `log`. */
  readonly subresource: string;
  readonly signal: AbortSignal | undefined;
}

/**
 * An error of the API server or a kubelet with a hint that says what to do; others as they are. The pod is read where it
 * can tell more than the error.
 */
export async function explained(calls: PodCalls, error: unknown, attempt: PodAttempt): Promise<unknown> {
  if (!isSandboxError(error, "kube_status")) return error;
  const hint = await hintOf(calls, error, attempt);
  if (hint === undefined) return error;
  const { message, status, retryable, kubeStatus } = error;
  return new KubeStatusError(message, { code: "kube_status", status, retryable, kubeStatus, hint });
}

async function hintOf(
  calls: PodCalls,
  { status, kubeStatus: { message = "" } }: KubeStatusError,
  { target, container, subresource, signal }: PodAttempt,
): Promise<string | undefined> {
  if (status === 403) return forbiddenHint(message, target, subresource);
  if (/executable file not found|no such file or directory|permission denied/.test(message)) {
    return "The container's image has no such program, or it cannot be run: give its path, or a command that is there";
  }
  if (/^error dialing backend|error sending request: .*dial tcp/.test(message)) {
    return "The node of the pod does not answer: see whether it is ready";
  }
  // Without a name the caller asks again with one.
  if (message.includes("a container name must be specified")) return undefined;
  if (!/container|host assigned|not found/.test(message) || status === 404) return undefined;
  try {
    return containerTrouble(await getPod(calls, target, signal), container);
  } catch {
    return undefined; // Who may exec may not always read.
  }
}

function forbiddenHint(message: string, { namespace, kubelet }: CheckedTarget, subresource: string): string {
  if (kubelet !== undefined) {
    return 'A kubelet asks for the verbs "get" and "create" on nodes/proxy, by a ClusterRole and a ClusterRoleBinding';
  }
  const [, user] = /User "([^"]*)"/.exec(message) ?? [];
  const resource = `pods/${subresource}`;
  const verbs = subresource === "log" ? 'verb "get"' : 'verb "create"';
  const older = subresource === "log"
    ? ""
    : ' (servers before Kubernetes 1.35 ask for "get" alone, later ones for both)';
  return `Grant the ${verbs} on ${resource} in the namespace "${namespace}"${user ? ` to "${user}"` : ""}, by a Role ` +
    `and a RoleBinding${older}`;
}
