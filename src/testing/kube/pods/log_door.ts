import type { FakeKubeClock } from "../call.ts";
import type { Cause } from "../refusal.ts";
import { badRequest, invalid } from "../refusal.ts";
import { objectOf, textOf } from "../json.ts";
import { flag, wholeNumber } from "./query.ts";
import type { LogBook, LogWishes } from "./log_book.ts";
import { type ContainerRef, containerStatus, isRunning } from "./pod_lookup.ts";

/** Reads what is wanted of a log. Throws where that cannot be. */
export function readLogWishes(query: URLSearchParams, name: string, clock: FakeKubeClock): LogWishes {
  const sinceSeconds = wholeNumber(query, "sinceSeconds");
  const sinceTime = query.get("sinceTime");
  if (sinceTime !== null && !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(sinceTime)) {
    const shown = JSON.stringify(sinceTime);
    throw badRequest(`parsing time ${shown} as "2006-01-02T15:04:05Z07:00": cannot parse ${shown} as "2006"`);
  }
  const tailLines = wholeNumber(query, "tailLines");
  const limitBytes = wholeNumber(query, "limitBytes");
  const causes: Cause[] = [];
  const atLeast = (field: string, value: number | undefined, least: number, why: string) => {
    if (value === undefined || value >= least) return;
    causes.push({ reason: "FieldValueInvalid", message: `Invalid value: ${value}: ${why}`, field });
  };
  atLeast("tailLines", tailLines, 0, "must be greater than or equal to 0");
  atLeast("limitBytes", limitBytes, 1, "must be greater than 0");
  if (sinceSeconds !== undefined && sinceTime !== null) {
    const message = "Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified";
    causes.push({ reason: "FieldValueForbidden", message, field: "[]" });
  } else atLeast("sinceSeconds", sinceSeconds, 1, "must be greater than 0");
  if (query.has("stream")) {
    causes.push({ reason: "FieldValueForbidden", message: "Forbidden: may not be specified", field: "stream" });
  }
  if (causes.length > 0) throw invalid("", "PodLogOptions", name, causes);
  return {
    follow: flag(query, "follow"),
    previous: flag(query, "previous"),
    timestamps: flag(query, "timestamps"),
    since: sinceTime !== null
      ? Date.parse(sinceTime)
      : sinceSeconds === undefined
      ? -Infinity
      : clock.now() - sinceSeconds * 1000,
    tailLines,
    limitBytes,
  };
}

/** Why a kubelet has no such log, in its words; nothing where it has one. */
export function whyNoLog({ pod, container }: ContainerRef, { previous }: LogWishes, book: LogBook): string | undefined {
  const called = `container ${JSON.stringify(container)} in pod ${JSON.stringify(pod.name)}`;
  if (previous) return book.hasPrevious ? undefined : `previous terminated ${called} not found`;
  if (isRunning(pod, container)) return undefined;
  const status = containerStatus(pod, container);
  if (status === undefined) return `${called} is not available`;
  const state = objectOf(status["state"]);
  if (state["terminated"] !== undefined) return undefined;
  if (state["waiting"] === undefined) return `${called} is waiting to start - no logs yet`;
  const reason = textOf(objectOf(state["waiting"])["reason"]);
  return `${called} is waiting to start: ${WAITING[reason] ?? reason}`;
}

const WAITING: Readonly<Record<string, string>> = {
  ErrImagePull: "image can't be pulled",
  ImagePullBackOff: "trying and failing to pull image",
};
