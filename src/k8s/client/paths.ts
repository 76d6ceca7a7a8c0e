import type { KubeObject } from "../types.ts";
import { checkName, checkNamespace, checkSubresource, type ResourceApi } from "./names.ts";

/** Where the objects of a resource are. */
export interface Scope {
  readonly api: ResourceApi;
  /** Empty: all namespaces, or none for what stands outside of them. */
  readonly namespace: string;
}

/** Path of a collection. */
export function collectionPath({ api, namespace }: Scope): string {
  const { group, version, plural, namespaced } = api;
  const root = group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
  return namespaced && namespace !== "" ? `${root}/namespaces/${namespace}/${plural}` : `${root}/${plural}`;
}

/** Path of an object, or of a part of it. */
export function objectPath(scope: Scope, name: string, subresource?: string): string {
  const path = `${collectionPath(scope)}/${encodeURIComponent(checkName(name, scope.api))}`;
  return subresource === undefined ? path : `${path}/${checkSubresource(subresource)}`;
}

/**
 * The scope for a call about single objects, which have a namespace.
 *
 * @throws {TypeError} When none is known, or the object's is another than the resource's.
 */
export function singleScope(scope: Scope, object?: KubeObject): Scope {
  const { api, namespace } = scope;
  if (!api.namespaced) return scope;
  const own = object?.metadata?.namespace;
  if (own !== undefined) checkNamespace(own);
  if (namespace !== "" && own !== undefined && own !== namespace) {
    throw new TypeError(`Cannot use an object of the namespace "${own}" here: the resource is for "${namespace}"`);
  }
  const chosen = namespace === "" ? own : namespace;
  if (chosen === undefined) {
    throw new TypeError(`Cannot choose one of ${api.plural} in all namespaces: pass a namespace to the resource`);
  }
  return { api, namespace: chosen };
}

/** Names a collection for people. */
export function describeScope({ api, namespace }: Scope): string {
  if (!api.namespaced) return api.plural;
  return namespace === "" ? `${api.plural} in all namespaces` : `${api.plural} in "${namespace}"`;
}
