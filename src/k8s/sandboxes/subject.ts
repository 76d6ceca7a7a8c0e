import { AGENTS, type KubeClient, requesterOf } from "../client/kube_client.ts";
import { checkName, checkNamespace, type ResourceApi } from "../client/names.ts";
import type { Scope } from "../client/paths.ts";
import type { Resource } from "../client/resource.ts";
import type { KubeObject } from "../types.ts";
import type { ObjectRef } from "./object_ref.ts";

/** The object that a call is about. */
export interface Subject<T extends KubeObject> {
  readonly kube: KubeClient;
  readonly resource: Resource<T>;
  readonly scope: Scope;
  readonly name: string;
  readonly namespace: string;
  /** Names it for people. */
  readonly title: string;
}

/** The plurals of the platform's kinds, and what people call one. */
const WORDS = { sandboxes: "sandbox", sandboxclaims: "claim", sandboxsets: "sandbox set" } as const;

/**
 * Finds out which object is meant.
 *
 * @throws {TypeError} When it has no name, or this is no client.
 * @throws {RangeError} When there can be none of that name.
 */
export function subjectOf<T extends KubeObject>(
  kube: KubeClient,
  target: ObjectRef,
  plural: keyof typeof WORDS,
): Subject<T> {
  requesterOf(kube);
  const api: ResourceApi = { ...AGENTS, plural };
  if (typeof target !== "object" || target === null) {
    throw new TypeError(`Cannot choose one of ${plural} by a value of type ${typeof target}: pass { name, namespace }`);
  }
  const name = checkName(target.name, api);
  const namespace = checkNamespace(target.namespace ?? kube.namespace);
  const resource = kube.resource<T>(api, namespace);
  return { kube, resource, scope: { api, namespace }, name, namespace, title: titleOf(plural, name, namespace) };
}

function titleOf(plural: keyof typeof WORDS, name: string, namespace: string): string {
  return `${WORDS[plural]} "${name}" in "${namespace}"`;
}
