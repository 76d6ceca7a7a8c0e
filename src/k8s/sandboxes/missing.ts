import { KubeStatusError, NotFoundError } from "../../../mod.ts";
import { isNotFound } from "../errors/predicates.ts";
import type { KubeObject } from "../types.ts";
import type { Subject } from "./subject.ts";

/** Whether an error says that there is no object of this name, and not that its kind or its namespace is missing. */
export function isMissing(error: unknown, name: string): error is KubeStatusError {
  if (!isNotFound(error)) return false;
  const { details } = error.kubeStatus;
  return (details as { name?: unknown } | undefined)?.name === name;
}

/** There is no such sandbox. */
export function sandboxMissing<T extends KubeObject>(what: string, subject: Subject<T>, cause: unknown): NotFoundError {
  const { namespace, title } = subject;
  return new NotFoundError(`Cannot ${what} ${title}: there is none`, {
    code: "sandbox_not_found",
    status: 404,
    hint:
      `Check its name and its namespace: kubectl get sandboxes -n ${namespace}. One whose shutdownTime has passed ` +
      "was deleted",
    cause,
  });
}

/** There is no such claim or pool, for which there is no class of its own: it stays what `isNotFound` finds. */
export function objectMissing<T extends KubeObject>(
  what: string,
  { namespace, scope, title }: Subject<T>,
  cause: KubeStatusError,
  more: string = "",
): KubeStatusError {
  return new KubeStatusError(`Cannot ${what} ${title}: there is none`, {
    code: "kube_status",
    status: 404,
    hint: `Check its name and its namespace: kubectl get ${scope.api.plural} -n ${namespace}${more}`,
    kubeStatus: cause.kubeStatus,
    cause,
  });
}

/** What was done to a sandbox that is there no longer. */
export function sandboxGone(what: string, title: string, how: string, about: string, sandboxId: string): NotFoundError {
  return new NotFoundError(`Cannot ${what} ${title}: ${how}${about === "" ? "" : ` (${about})`}`, {
    code: "sandbox_not_found",
    sandboxId,
    hint: "What it held is gone: claim or create another one",
  });
}
