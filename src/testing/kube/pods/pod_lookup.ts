import { type JsonObject, objectOf, textOf } from "../json.ts";
import type { Kind } from "../kinds.ts";
import { badRequest, notFound, type Refusal } from "../refusal.ts";
import type { Store } from "../store.ts";

/** Where Pods are looked up. */
export interface PodSource {
  readonly store: Store;
  readonly kind: Kind;
}

/** A Pod, as far as it matters to what goes on in it. */
export interface PodView {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** Empty: it is on none. */
  readonly node: string;
  /** All that it has: the usual ones, those of the start and those for a look at it. */
  readonly containers: readonly string[];
  /** The usual ones. */
  readonly usual: readonly string[];
  readonly object: JsonObject;
}

/** A container. */
export interface ContainerRef {
  readonly pod: PodView;
  readonly container: string;
}

/** Finds a Pod. */
export function findPod({ store, kind }: PodSource, namespace: string, name: string): PodView | undefined {
  const object = store.get(kind, `${namespace}/${name}`);
  if (object === undefined) return undefined;
  const spec = objectOf(object["spec"]);
  const usual = namesOf(spec["containers"]);
  return {
    namespace,
    name,
    uid: textOf(objectOf(object["metadata"])["uid"]),
    node: textOf(spec["nodeName"]),
    containers: [...namesOf(spec["initContainers"]), ...usual, ...namesOf(spec["ephemeralContainers"])],
    usual,
    object,
  };
}

/** The Pod of a request. Throws where there is none. */
export function podOf(source: PodSource, namespace: string, name: string): PodView {
  const pod = findPod(source, namespace, name);
  if (pod === undefined) throw notFound(source.kind, name);
  return pod;
}

/** The container that a request means. The annotation of a default one is for clients. Throws where it is none. */
export function containerOf(pod: PodView, asked: string): string {
  const { containers, usual, name } = pod;
  if (asked !== "") {
    if (containers.includes(asked)) return asked;
    throw badRequest(`container ${asked} is not valid for pod ${name}`);
  }
  const [only] = usual;
  if (only !== undefined && usual.length === 1) return only;
  const choice = only === undefined ? "" : `, choose one of: [${containers.join(" ")}]`;
  throw badRequest(`a container name must be specified for pod ${name}${choice}`);
}

/** The Pod is on no node. */
export function noHost({ name }: PodView): Refusal {
  return badRequest(`pod ${name} does not have a host assigned`);
}

/** What is said of one container in a Pod's status. */
export function containerStatus({ object }: PodView, container: string): JsonObject | undefined {
  const status = objectOf(object["status"]);
  for (const list of ["containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"]) {
    const found = itemsOf(status[list]).find((one) => one["name"] === container);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Whether a container runs: its status says so, or, where there is none, the phase of the Pod. */
export function isRunning(pod: PodView, container: string): boolean {
  const status = objectOf(pod.object["status"]);
  const own = containerStatus(pod, container);
  if (own !== undefined) return objectOf(own["state"])["running"] !== undefined;
  return status["containerStatuses"] === undefined && status["phase"] === "Running" && pod.usual.includes(container);
}

/** The variables that a container's processes get, as far as the Pod spells them out. */
export function variablesOf({ object }: PodView, container: string): Record<string, string> {
  const spec = objectOf(object["spec"]);
  const all = ["containers", "initContainers", "ephemeralContainers"].flatMap((list) => itemsOf(spec[list]));
  const own = all.find(({ name }) => name === container) ?? {};
  const pairs = itemsOf(own["env"]).map(({ name, value }): [string, string] => [textOf(name), textOf(value)]);
  return Object.fromEntries(pairs.filter(([name]) => name !== ""));
}

function namesOf(list: unknown): readonly string[] {
  return itemsOf(list).map(({ name }) => textOf(name));
}

function itemsOf(list: unknown): readonly JsonObject[] {
  return Array.isArray(list) ? list.map(objectOf) : [];
}
