import { type Answer, type Call, keyOf } from "./call.ts";
import { toToken } from "./continue_token.ts";
import type { JsonObject } from "./json.ts";
import { checkListOptions, integerOf, selectionOf, versionOf } from "./list_options.ts";
import { pageOf, prefixOf, readRevision } from "./pages.ts";
import { present, presentList } from "./present.ts";
import { reached } from "./reached.ts";
import { notFound } from "./refusal.ts";

/** GET on an object. */
export async function get(call: Call, signal?: AbortSignal): Promise<Answer> {
  const { kind, store, target } = call;
  await reached(call, versionOf(call.query), signal);
  const object = store.at(kind, readRevision(call))?.objects.get(keyOf(kind, target.namespace, target.name));
  if (object === undefined) throw notFound(kind, target.name);
  return { status: 200, body: present(object, call) };
}

/** GET on a collection. */
export async function list(call: Call, signal?: AbortSignal): Promise<Answer> {
  checkListOptions(call.query, false);
  const limit = integerOf(call.query, "limit");
  const { selects, narrow } = selectionOf(call);
  const { objects, keys, from, to, prefix, revision, limit: most } = await pageOf(call, limit, signal);
  const items: JsonObject[] = [];
  let at = from;
  for (; at < to && (most === 0 || items.length < most); at++) {
    const object = objects.get(keys[at] ?? "");
    if (object !== undefined && selects(object)) items.push(object);
  }
  const metadata: Record<string, string | number> = { resourceVersion: String(revision) };
  if (at < to) {
    // A NUL behind the last key makes the next one.
    const start = `/${(keys[at - 1] ?? "").slice(prefix.length)}${String.fromCharCode(0)}`;
    metadata["continue"] = toToken({ revision, start });
    if (!narrow) metadata["remainingItemCount"] = to - at;
  }
  return { status: 200, body: presentList(items, metadata, call) };
}

/** Everything that a request selects, as it is now. */
export function selected(call: Pick<Call, "kind" | "query" | "store" | "target">): readonly JsonObject[] {
  const { kind, store } = call;
  const { selects } = selectionOf(call);
  const prefix = prefixOf(call);
  return store.keys(kind).filter((key) => key.startsWith(prefix)).map((key) => store.get(kind, key))
    .filter((object) => object !== undefined).filter(selects);
}
