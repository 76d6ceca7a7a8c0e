import { isSandboxError, UnsupportedError } from "../../../../mod.ts";
import type { KubeSocket } from "../../sockets/kube_socket.ts";
import { withContainer } from "../containers.ts";
import { explained } from "../explain.ts";
import { type CheckedTarget, checkTarget, type PodCalls, type PodTarget } from "../target.ts";
import { EXEC_PROTOCOLS } from "./channels.ts";
import { type CheckedExec, checkExec } from "./check_exec.ts";
import { ContainerExec } from "./container_exec.ts";
import type { ExecHandle, ExecOptions } from "./exec_handle.ts";

/** Runs a command in a container. Resolves when the server has taken it over. */
export async function exec(
  calls: PodCalls,
  target: PodTarget,
  command: readonly string[],
  options: ExecOptions = {},
): Promise<ExecHandle> {
  const where = checkTarget(target, calls);
  const checked = checkExec(where, command, options);
  const { signal } = checked;
  signal?.throwIfAborted();
  const attempt = (container: string | undefined) => ({ target: where, container, subresource: "exec", signal });
  return await withContainer(calls, where, signal, async (container) => {
    let socket: KubeSocket;
    try {
      socket = await calls.requester.socket(requestOf(where, container, checked), { signal });
    } catch (error) {
      signal?.throwIfAborted();
      throw await explained(calls, withoutV5(error, checked), attempt(container));
    }
    return new ContainerExec(socket, checked, (error) => explained(calls, error, attempt(container)));
  });
}

function requestOf(
  { pod, namespace, kubelet }: CheckedTarget,
  container: string | undefined,
  { what, argv, stdin, tty }: CheckedExec,
) {
  const hasInput = stdin !== false;
  // Data has an end, which only v5 can tell: a server without it refuses, and nothing was begun.
  const protocols = typeof stdin === "boolean" ? EXEC_PROTOCOLS : EXEC_PROTOCOLS.slice(0, 1);
  const rest = { what, protocols, kubelet };
  if (kubelet !== undefined) {
    const yes = (value: boolean) => value ? "1" : undefined;
    const query = { command: argv, input: yes(hasInput), output: "1", error: yes(!tty), tty: yes(tty) };
    return { ...rest, path: `/exec/${namespace}/${pod}/${container}`, query };
  }
  const yes = (value: boolean) => value || undefined;
  const query = { command: argv, container, stdin: yes(hasInput), stdout: true, stderr: yes(!tty), tty: yes(tty) };
  return { ...rest, path: `/api/v1/namespaces/${namespace}/pods/${pod}/exec`, query };
}

/** A server that knows none of the sub-protocols answers 403 without a word. */
function withoutV5(error: unknown, { stdin, name }: CheckedExec): unknown {
  if (!isSandboxError(error, "kube_status") || error.status !== 403 || error.kubeStatus.message !== "") return error;
  return new UnsupportedError(
    typeof stdin === "boolean"
      ? `Cannot run ${name}: the server speaks none of the sub-protocols of exec`
      : `Cannot send input to ${name}: the server cannot be told its end`,
    {
      code: "unsupported",
      status: 403,
      hint: typeof stdin === "boolean"
        ? "A proxy may have taken the sub-protocols out of the request"
        : "Pass stdin: true and run a command that knows its end by itself, or use Kubernetes 1.30 or later",
    },
  );
}
