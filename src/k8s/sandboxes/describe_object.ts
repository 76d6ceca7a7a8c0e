import { isForbidden } from "../errors/predicates.ts";
import type { KubeEvent, KubeObject } from "../types.ts";
import { conditionsOf, phaseOf, secretsOf, statusText } from "./sandbox_fields.ts";
import type { Subject } from "./subject.ts";

/** How long an error may wait for the object's events. */
const EVENTS_MS = 2_000;
/** How many of them it tells, the latest. */
const MOST_EVENTS = 5;
/** The most of one text of a controller that is repeated. */
const MOST_TEXT = 300;

/** What is known of an object when something did not come true. */
export interface ObjectReport {
  /** For the message: phase, conditions, the controller's message, events. */
  readonly text: string;
  /** For the hint: which right would have told more. */
  readonly missingRight?: string;
}

/** What the object itself says, and its events, where they may be read. */
export async function reportOf<T extends KubeObject>(
  subject: Subject<T>,
  object: T | undefined,
  signal: AbortSignal | undefined,
): Promise<ObjectReport> {
  if (object === undefined) return { text: "it was not read once" };
  const own = describeObject(object);
  try {
    const { kube, name, namespace } = subject;
    const fieldSelector = `involvedObject.name=${name}`;
    const { items } = await kube.events(namespace).list({ fieldSelector, signal, timeoutMs: EVENTS_MS });
    const told = describeEvents(items, object);
    return { text: told === "" ? own : `${own}; events: ${told}` };
  } catch (error) {
    signal?.throwIfAborted();
    const missingRight = isForbidden(error) ? error.hint : undefined;
    return missingRight === undefined ? { text: own } : { text: own, missingRight };
  }
}

/** Phase, conditions and message of an object. */
export function describeObject(object: KubeObject): string {
  const phase = phaseOf(object);
  const conditions = conditionsOf(object).map(({ type, status, reason, message }) => {
    return `${type}=${status}${reason === "" ? "" : ` ${reason}`}${
      message === "" ? "" : `: ${quote(message, object)}`
    }`;
  });
  const message = statusText(object, "message");
  return [
    phase === "" ? "no phase" : `phase ${phase}`,
    ...conditions,
    ...(message === "" ? [] : [`message ${quote(message, object)}`]),
  ].join(", ");
}

/** The events of an object and of the pod that is named like it, which is where most goes wrong. */
function describeEvents(events: readonly KubeEvent[], object: KubeObject): string {
  const { kind, metadata: { uid, creationTimestamp = "" } } = object;
  const own = events.filter(({ involvedObject }) => {
    return involvedObject.uid === undefined ? involvedObject.kind === kind : involvedObject.uid === uid;
  });
  const pods = events.filter((event) => event.involvedObject.kind === "Pod" && timeOf(event) >= creationTimestamp);
  const latest = [...own, ...pods].sort((a, b) => timeOf(a) < timeOf(b) ? -1 : 1).slice(-MOST_EVENTS);
  return latest.map(({ type = "", reason = "", message = "", count = 1, involvedObject }) => {
    const about = involvedObject.kind === "Pod" ? " of its pod" : "";
    const often = count > 1 ? ` (${count} times)` : "";
    return `${type} ${reason}${about}${message === "" ? "" : `: ${quote(message, object)}`}${often}`.trim();
  }).join("; ");
}

/** When it happened last, as a text that can be compared. */
function timeOf(event: KubeEvent): string {
  const { lastTimestamp, metadata } = event;
  const { eventTime } = event as { eventTime?: string | null };
  return lastTimestamp || eventTime || metadata.creationTimestamp || "";
}

/** Words of others: cut, and without the tokens that the object holds. */
function quote(text: string, object: KubeObject): string {
  let masked = text.trim();
  for (const secret of secretsOf(object)) masked = masked.replaceAll(secret, "***");
  return JSON.stringify(masked.length <= MOST_TEXT ? masked : `${masked.slice(0, MOST_TEXT)}…`);
}
