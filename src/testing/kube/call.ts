import type { JsonObject } from "./json.ts";
import { apiVersionOf, type Kind } from "./kinds.ts";
import type { Writer } from "./managers.ts";
import type { Store } from "./store.ts";
import type { Target } from "./target.ts";

/** Time, as the fake API sees it. */
export interface FakeKubeClock {
  /** The time, in milliseconds since 1970. */
  now(): number;
  /** Calls back once after some milliseconds, unless what it gives back is called before. */
  after(milliseconds: number, run: () => void): () => void;
}

/** A request to a resource that the fake API knows, by somebody who may. */
export interface Call {
  readonly store: Store;
  readonly clock: FakeKubeClock;
  readonly kind: Kind;
  readonly target: Target;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  readonly body: Uint8Array;
  /** How the answer is to look. */
  readonly form: Form;
  /** How many changes ago the answer to a reading request is from. */
  readonly stale: number;
}

/** How an answer shows an object: whole, its metadata, or as the row of a table. */
export type Form = "object" | "metadata" | "table";

/** What a request is answered with. */
export interface Answer {
  readonly status: number;
  readonly body: JsonObject;
  readonly warnings?: readonly string[];
}

/** The key of the object that a request is about. */
export function keyOf(kind: Kind, namespace: string, name: string): string {
  return kind.namespaced ? `${namespace}/${name}` : name;
}

/** The time as the API writes it, or what it will be in some seconds. */
export function timeOf(clock: FakeKubeClock, inSeconds = 0): string {
  return new Date(clock.now() + inSeconds * 1000).toISOString().replace(/\.\d+Z$/, "Z");
}

/** Who writes, as `managedFields` names it. */
export function writerOf({ kind, query, headers, target }: Call, operation: Writer["operation"]): Writer {
  const program = (headers.get("user-agent") ?? "").split("/")[0] ?? "";
  return {
    manager: query.get("fieldManager") || program || "unknown",
    operation,
    apiVersion: apiVersionOf(kind),
    subresource: target.subresource,
  };
}
