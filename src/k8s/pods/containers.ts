import { isSandboxError } from "../../errors/is_sandbox_error.ts";
import { createResource } from "../client/create_resource.ts";
import type { Pod } from "../types.ts";
import type { CheckedTarget, PodCalls } from "./target.ts";

const PODS = { group: "", version: "v1", plural: "pods", namespaced: true } as const;
const DEFAULT_CONTAINER = "kubectl.kubernetes.io/default-container";

/** What is looked at of a pod. */
interface PodDetails extends Pod {
  spec: Pod["spec"] & {
    readonly initContainers?: readonly { readonly name: string }[];
    readonly ephemeralContainers?: readonly { readonly name: string }[];
  };
  status?: Pod["status"] & {
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
    readonly ephemeralContainerStatuses?: readonly ContainerStatus[];
  };
}

interface ContainerStatus {
  readonly name: string;
  readonly state?: {
    readonly waiting?: { readonly reason?: string };
    readonly running?: object;
    readonly terminated?: { readonly reason?: string; readonly exitCode?: number };
  };
}

/** Reads the pod of a target. */
export async function getPod(calls: PodCalls, target: CheckedTarget, signal: AbortSignal | undefined): Promise<Pod> {
  const scope = { api: PODS, namespace: target.namespace };
  return await createResource<Pod>(calls.requester, scope).get(target.pod, { signal });
}

/** The container that is meant where none is named: the annotated one, else the first. */
export function defaultContainer(pod: Pod): string {
  const names = containersOf(pod);
  const annotated = pod.metadata.annotations?.[DEFAULT_CONTAINER];
  return annotated !== undefined && names.includes(annotated) ? annotated : names[0]!;
}

/** All containers of a pod: those that it is made of first. */
export function containersOf({ spec }: Pod): string[] {
  const { containers, initContainers = [], ephemeralContainers = [] } = spec as PodDetails["spec"];
  return [...containers, ...initContainers, ...ephemeralContainers].map(({ name }) => name);
}

/**
 * Does something to the container that is meant. The server is asked without a container's name first, which is enough for
 * pods with one: only where it wants to know is the pod read. A kubelet always wants to know.
 */
export async function withContainer<T>(
  calls: PodCalls,
  target: CheckedTarget,
  signal: AbortSignal | undefined,
  work: (container: string | undefined) => Promise<T>,
): Promise<T> {
  if (target.container !== undefined) return await work(target.container);
  if (target.kubelet === undefined) {
    try {
      return await work(undefined);
    } catch (error) {
      const { status, message = "" } = isSandboxError(error, "kube_status") ? error : {};
      if (status !== 400 || !message.includes("a container name must be specified")) throw error;
    }
  }
  return await work(defaultContainer(await getPod(calls, target, signal)));
}

/** What keeps a container from being reached, as far as the pod tells; undefined where it tells nothing. */
export function containerTrouble(pod: Pod, container: string | undefined): string | undefined {
  const { spec, status } = pod as PodDetails;
  const name = container ?? defaultContainer(pod);
  const names = containersOf(pod);
  if (!names.includes(name)) return `The pod has no container "${name}", but these: ${names.join(", ")}`;
  if (!spec.nodeName) return "The pod has no node yet: look at its events";
  const { containerStatuses = [], initContainerStatuses = [], ephemeralContainerStatuses = [] } = status ?? {};
  const all = [...containerStatuses, ...initContainerStatuses, ...ephemeralContainerStatuses];
  const { waiting, terminated, running } = all.find((one) => one.name === name)?.state ?? {};
  if (waiting) return `The container "${name}" is waiting${because(waiting.reason)}: look at the pod's events`;
  if (terminated) return `The container "${name}" has ended${because(terminated.reason)}`;
  if (!running && status?.phase !== "Running") return `The pod is ${status?.phase ?? "not running"}, not Running`;
  return undefined;
}

function because(reason: string | undefined): string {
  return reason ? ` (${reason})` : "";
}
