import type { Call } from "./call.ts";
import { fromToken, tokenExpired } from "./continue_token.ts";
import type { JsonObject } from "./json.ts";
import { versionOf } from "./list_options.ts";
import { reached } from "./reached.ts";
import { badRequest, refuse } from "./refusal.ts";

/** The objects that a list may have, from where it goes on. */
export interface Page {
  readonly objects: ReadonlyMap<string, JsonObject>;
  /** Their keys, in order; those from `from` to before `to` are meant. */
  readonly keys: readonly string[];
  readonly from: number;
  readonly to: number;
  /** What the keys of the listed namespace begin with. */
  readonly prefix: string;
  readonly revision: number;
  /** How many to give at most; 0: all. */
  readonly limit: number;
}

/** What the keys of a request's namespace begin with; empty: those of all. */
export function prefixOf({ kind, target }: Pick<Call, "kind" | "target">): string {
  return kind.namespaced && target.namespace !== "" ? `${target.namespace}/` : "";
}

/** The version from which a reading request is answered where it asks for none. */
export function readRevision({ store, stale }: Call): number {
  return stale === 0 ? store.revision : Math.max(store.oldest, store.revision - stale);
}

/** Finds what a list is to show, in the version that the request asks for. */
export async function pageOf(call: Call, limit: number, signal?: AbortSignal): Promise<Page> {
  const { query } = call;
  const asked = query.get("resourceVersion") ?? "";
  const token = query.get("continue") ?? "";
  if (token !== "") {
    if (asked !== "" && asked !== "0") {
      throw badRequest("specifying resource version is not allowed when using continue");
    }
    const place = fromToken(token);
    const revision = place.revision < 0 ? call.store.revision : place.revision;
    const page = pageAt(call, revision, limit, place.start);
    if (page === undefined) throw tokenExpired(place);
    return page;
  }
  const version = versionOf(query);
  await reached(call, version, signal);
  const match = query.get("resourceVersionMatch") ?? "";
  const exact = version > 0 && (match === "Exact" || (match === "" && limit > 0));
  // From its cache, the server gives everything at once.
  const page = pageAt(call, exact ? version : readRevision(call), asked === "0" ? 0 : limit, "");
  if (page === undefined) throw refuse(410, "Expired", "The resourceVersion for the provided list is too old.");
  return page;
}

function pageAt(call: Call, revision: number, limit: number, start: string): Page | undefined {
  const { kind, store } = call;
  const then = store.at(kind, revision);
  if (then === undefined) return undefined;
  const { objects, keys } = then;
  const prefix = prefixOf(call);
  const from = firstAtLeast(keys, prefix + start);
  const to = prefix === "" ? keys.length : firstAtLeast(keys, `${prefix}~`);
  return { objects, keys, from, to, prefix, revision, limit };
}

/** The index of the first key that is not before another. */
function firstAtLeast(keys: readonly string[], key: string): number {
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((keys[middle] ?? "") < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
