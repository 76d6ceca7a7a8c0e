import type { JsonObject } from "./json.ts";
import type { Schema } from "./schema.ts";

/** A column that `kubectl get` shows. */
export interface Column {
  readonly name: string;
  readonly type: string;
  readonly path: readonly string[];
}

/** A type of objects that the API server keeps. */
export interface Kind {
  /** Its API group; empty: the core one. */
  readonly group: string;
  readonly version: string;
  /** What paths call it: `sandboxes`. */
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly shortNames: readonly string[];
  readonly namespaced: boolean;
  /** Whether it has the sub-resource `status`. */
  readonly status: boolean;
  /** Whether a CustomResourceDefinition brought it. */
  readonly custom: boolean;
  /** What its objects look like; absent: anything goes. */
  readonly schema?: Schema;
  readonly columns?: readonly Column[];
  /** Where it says how many there should be, if it has the sub-resource `scale`. */
  readonly scale?: true;
  /** Which fields a selector may name, besides the name and the namespace. */
  readonly fields?: Readonly<Record<string, (object: JsonObject) => string>>;
}

/** `sandboxes.agents.kruise.io`, or `pods`: how messages name a type. */
export function resourceName(kind: Pick<Kind, "group" | "plural">): string {
  return kind.group === "" ? kind.plural : `${kind.plural}.${kind.group}`;
}

/** `agents.kruise.io/v1alpha1`, or `v1`. */
export function apiVersionOf(kind: Pick<Kind, "group" | "version">): string {
  return kind.group === "" ? kind.version : `${kind.group}/${kind.version}`;
}
