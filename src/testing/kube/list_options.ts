import type { Call } from "./call.ts";
import { forbiddenValue, notSupported } from "./causes.ts";
import { parseFieldSelector } from "./field_selector.ts";
import { parseLabelSelector, type Selects } from "./label_selector.ts";
import { badRequest, type Cause, invalidOptions, refuse } from "./refusal.ts";

/** Which objects a request is about. */
export interface Selection {
  readonly selects: Selects;
  /** Whether it leaves any out. */
  readonly narrow: boolean;
}

/** Reads the selectors of a request. */
export function selectionOf({ query, kind }: Pick<Call, "query" | "kind">): Selection {
  const [labels, fields] = [query.get("labelSelector") ?? "", query.get("fieldSelector") ?? ""];
  const byLabel = parseLabelSelector(labels);
  const byField = parseFieldSelector(fields, kind);
  return {
    selects: (object) => byLabel(object) && byField.selects(object),
    narrow: labels !== "" || fields !== "",
  };
}

/** Reads a parameter that is a number; absent or empty: 0. */
export function integerOf(query: URLSearchParams, name: string): number {
  const text = query.get(name) ?? "";
  if (text === "") return 0;
  if (/^[-+]?\d{1,18}$/.test(text)) return Number(text);
  throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
}

/** Reads `resourceVersion`; 0 where it is absent, empty or 0. */
export function versionOf(query: URLSearchParams, watching = false): number {
  const text = query.get("resourceVersion") ?? "";
  if (text === "" || /^\d{1,20}$/.test(text)) return Number(text);
  const quoted = JSON.stringify(text);
  const why = `resourceVersion: Invalid value: ${quoted}: strconv.ParseUint: parsing ${quoted}: invalid syntax`;
  throw watching ? refuse(500, undefined, why) : badRequest(`invalid resource version: ${why}`);
}

/** Sees that the parameters of a list or a watch go together. */
export function checkListOptions(query: URLSearchParams, watching: boolean): void {
  const cause = watching ? watchCause(query) : listCause(query);
  if (cause !== undefined) throw invalidOptions("ListOptions", cause);
}

const MATCH = "resourceVersionMatch";

function watchCause(query: URLSearchParams): Cause | undefined {
  const initial = query.get("sendInitialEvents") ?? "";
  const match = query.get(MATCH) ?? "";
  if (initial === "" && match !== "") {
    return forbiddenValue(MATCH, `${MATCH} is forbidden for watch unless sendInitialEvents is provided`);
  }
  if (initial !== "" && match !== "NotOlderThan") {
    return forbiddenValue(MATCH, `sendInitialEvents requires setting ${MATCH} to NotOlderThan`);
  }
  return undefined;
}

function listCause(query: URLSearchParams): Cause | undefined {
  const version = query.get("resourceVersion") ?? "";
  const match = query.get(MATCH) ?? "";
  if (query.get("sendInitialEvents")) {
    return forbiddenValue("sendInitialEvents", "sendInitialEvents is forbidden for list");
  }
  if (match === "") return undefined;
  if (query.get("continue")) return forbiddenValue(MATCH, `${MATCH} is forbidden when continue is provided`);
  if (version === "") return forbiddenValue(MATCH, `${MATCH} is forbidden unless resourceVersion is provided`);
  if (!["Exact", "NotOlderThan"].includes(match)) return notSupported(MATCH, match, ["Exact", "NotOlderThan", ""]);
  if (match === "Exact" && version === "0") {
    return forbiddenValue(MATCH, `${MATCH} "exact" is forbidden for resourceVersion "0"`);
  }
  return undefined;
}
