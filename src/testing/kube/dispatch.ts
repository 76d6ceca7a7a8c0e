import { formOf } from "./accept.ts";
import type { Answer, Call, FakeKubeClock } from "./call.ts";
import { create } from "./create.ts";
import { remove, removeAll } from "./delete.ts";
import type { Kind } from "./kinds.ts";
import { patch } from "./patch.ts";
import { present, presentList } from "./present.ts";
import { get, list, selected } from "./read.ts";
import { methodNotAllowed, noSuchPath, refuse } from "./refusal.ts";
import { scale } from "./scale.ts";
import type { Store } from "./store.ts";
import { type Target, verbOf } from "./target.ts";
import { update } from "./update.ts";
import { watch } from "./watch.ts";
import type { Watches } from "./watches.ts";
import type { Incoming } from "./wire.ts";

/** A request by somebody who may. */
export interface Order {
  readonly store: Store;
  readonly clock: FakeKubeClock;
  readonly kinds: readonly Kind[];
  readonly namespaces: Kind;
  readonly incoming: Incoming;
  readonly target: Target;
  readonly watches: Watches;
  readonly stale: number;
}

/** Does what a request asks for. */
export async function dispatch(order: Order): Promise<Answer | ReadableStream<Uint8Array<ArrayBuffer>>> {
  const { target, incoming, store, clock, stale } = order;
  const kind = kindOf(order);
  const query = incoming.url.searchParams;
  checkPlace(kind, target, incoming.method);
  const { headers, body, signal } = incoming;
  const form = formOf(headers.get("accept"));
  const call: Call = { store, clock, kind, target, query, headers, body, form, stale };
  if (target.subresource === "scale") return scale(call, incoming.method);
  const verb = verbOf(incoming.method, target, query);
  switch (verb) {
    case "get":
      return await get(call, signal);
    case "list":
      return await list(call, signal);
    case "watch":
      return watch(call, order.watches);
    case "create":
      return shown(create(call, order.namespaces), call);
    case "update":
      return shown(update(call), call);
    case "patch":
      return shown(patch(call), call);
    case "delete":
      return remove(call);
    case "deletecollection": {
      const gone = removeAll(call, selected(call));
      return { status: 200, body: presentList(gone, { resourceVersion: String(store.revision) }, call) };
    }
    default:
      throw methodNotAllowed(kind, verb);
  }
}

function shown(answer: Answer, call: Call): Answer {
  return { ...answer, body: present(answer.body, call) };
}

function kindOf({ kinds, target }: Order): Kind {
  const { group, version, plural, subresource } = target;
  const kind = kinds.find((one) => one.group === group && one.version === version && one.plural === plural);
  if (kind === undefined) throw noSuchPath();
  const known = subresource === "" || (subresource === "status" && kind.status) ||
    (subresource === "scale" && kind.scale === true);
  if (!known) throw noSuchPath();
  return kind;
}

/** Sees that a path and a method go together. */
function checkPlace(kind: Kind, { namespace, name, plural, subresource }: Target, method: string): void {
  const nowhere = kind.namespaced
    ? namespace === "" && !(method === "GET" && name === "")
    : plural !== "namespaces" && namespace !== "";
  if (nowhere && kind.custom) throw noSuchPath();
  if (nowhere) {
    throw refuse(404, "NotFound", "the server could not find the requested resource", { details: {} });
  }
  if (method === "POST" && name !== "") throw methodNotAllowed(kind, "create");
  if (method === "DELETE" && subresource !== "") throw methodNotAllowed(kind, "delete");
  if (!kind.custom && name === "" && (method === "PUT" || method === "PATCH")) {
    throw refuse(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", {
      details: {},
    });
  }
}
