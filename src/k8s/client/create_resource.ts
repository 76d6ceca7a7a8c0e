import type { KubeCallOptions, KubeObject } from "../types.ts";
import { listAll, listPage } from "./lists.ts";
import { checkName } from "./names.ts";
import { collectionPath, describeScope, objectPath, type Scope, singleScope } from "./paths.ts";
import type { Requester } from "./requester.ts";
import type {
  ApplyOptions,
  DeleteOptions,
  PatchOptions,
  Resource,
  SelectorOptions,
  WriteResourceOptions,
} from "./resource.ts";
import { selectorsOf } from "./selectors.ts";
import { watchResource } from "./watch.ts";

const PATCH_TYPES = {
  merge: "application/merge-patch+json",
  json: "application/json-patch+json",
  strategic: "application/strategic-merge-patch+json",
} as const;

/** JSON is YAML, too. */
const APPLY_TYPE = "application/apply-patch+yaml";

/** The calls about the objects of one kind. */
export function createResource<T extends KubeObject>(requester: Requester, scope: Scope): Resource<T> {
  const { api } = scope;

  /** What a call about one object says of it in an error. */
  function about(verb: string, single: Scope, name: string | undefined): string {
    return `${verb} ${api.plural} ${JSON.stringify(name ?? "")}` +
      (single.namespace === "" ? "" : ` in "${single.namespace}"`);
  }

  async function replace(object: T, options: WriteResourceOptions, subresource?: string): Promise<T> {
    const { single, name } = named(object);
    return await requester.json({
      what: about(subresource === undefined ? "update" : `update the ${subresource} of`, single, name),
      method: "PUT",
      idempotent: true,
      path: objectPath(single, name, subresource),
      query: writeQuery(options),
      body: JSON.stringify(object),
    }, options);
  }

  function named(object: T): { single: Scope; name: string } {
    const metadata = checkObject(object).metadata;
    return { single: singleScope(scope, object), name: checkName(metadata.name, api) };
  }

  const list: Resource<T>["list"] = (options = {}) => listPage<T>(requester, scope, options);

  return {
    async get(name: string, options: KubeCallOptions = {}): Promise<T> {
      const single = singleScope(scope);
      const path = objectPath(single, name);
      return await requester.json({ what: about("get", single, name), method: "GET", idempotent: true, path }, options);
    },
    list,
    listAll: (options = {}) => listAll(list, options),
    async create(object: T, options: WriteResourceOptions = {}): Promise<T> {
      const { name, generateName } = checkObject(object).metadata;
      const single = singleScope(scope, object);
      if (name !== undefined) checkName(name, api);
      return await requester.json({
        what: about("create", single, name ?? generateName),
        method: "POST",
        idempotent: false,
        path: collectionPath(single),
        query: writeQuery(options),
        body: JSON.stringify(object),
      }, options);
    },
    update: (object, options = {}) => replace(object, options),
    updateStatus: (object, options = {}) => replace(object, options, "status"),
    async patch(name: string, patch: unknown, options: PatchOptions = {}): Promise<T> {
      const { type = "merge", subresource } = options;
      if (!Object.hasOwn(PATCH_TYPES, type)) {
        throw new TypeError(`Cannot use ${JSON.stringify(type)} as a type of patch: pass merge, json or strategic`);
      }
      if (typeof patch !== "object" || patch === null) throw new TypeError("Cannot patch with no object or list");
      const single = singleScope(scope);
      return await requester.json({
        what: about("patch", single, name),
        method: "PATCH",
        idempotent: type !== "json",
        path: objectPath(single, name, subresource),
        query: writeQuery(options),
        body: JSON.stringify(patch),
        contentType: PATCH_TYPES[type],
      }, options);
    },
    async apply(object: T, options: ApplyOptions): Promise<T> {
      const { fieldManager, force, subresource } = options ?? {};
      if (typeof fieldManager !== "string" || fieldManager === "") {
        throw new TypeError("Cannot apply without a fieldManager: pass the name of who owns these fields");
      }
      const { single, name } = named(object);
      return await requester.json({
        what: about("apply", single, name),
        method: "PATCH",
        idempotent: true,
        path: objectPath(single, name, subresource),
        query: { ...writeQuery(options), force: force === true ? true : undefined },
        body: JSON.stringify(object),
        contentType: APPLY_TYPE,
      }, options);
    },
    async delete(name: string, options: DeleteOptions = {}): Promise<void> {
      const single = singleScope(scope);
      const path = objectPath(single, name);
      const what = about("delete", single, name);
      await requester.json({ what, method: "DELETE", idempotent: true, path, ...deletion(options) }, options);
    },
    async deleteCollection(options: DeleteOptions & SelectorOptions = {}) {
      if (api.namespaced && scope.namespace === "") {
        throw new TypeError(`Cannot delete ${api.plural} in all namespaces at once: pass a namespace to the resource`);
      }
      const { query, body } = deletion(options);
      await requester.json({
        what: `delete ${describeScope(scope)}`,
        method: "DELETE",
        idempotent: true,
        path: collectionPath(scope),
        query: { ...query, ...selectorsOf(options) },
        body,
      }, options);
    },
    watch: (options = {}) => watchResource(requester, scope, list, options),
  };
}

function writeQuery({ dryRun, fieldManager }: WriteResourceOptions): Record<string, string | undefined> {
  return { dryRun: dryRun ? "All" : undefined, fieldManager };
}

/** The options of a deletion, which go into its body: there the server takes all of them. */
function deletion(options: DeleteOptions): { query: Record<string, string | undefined>; body: string | undefined } {
  const { propagationPolicy, gracePeriodSeconds, preconditions, dryRun } = options;
  if (gracePeriodSeconds !== undefined && !(Number.isInteger(gracePeriodSeconds) && gracePeriodSeconds >= 0)) {
    throw new RangeError(`Cannot use ${gracePeriodSeconds} as gracePeriodSeconds: pass an integer, 0 or more`);
  }
  if (preconditions !== undefined && (preconditions?.uid ?? preconditions?.resourceVersion) === undefined) {
    throw new TypeError("Cannot use preconditions that hold nothing: pass a uid or a resourceVersion");
  }
  const given = { propagationPolicy, gracePeriodSeconds, preconditions, dryRun: dryRun ? ["All"] : undefined };
  const isPlain = Object.values(given).every((value) => value === undefined);
  const body = isPlain ? undefined : JSON.stringify({ apiVersion: "v1", kind: "DeleteOptions", ...given });
  return { query: { fieldManager: options.fieldManager }, body };
}

function checkObject<T extends KubeObject>(object: T): T {
  if (typeof object?.metadata === "object" && object.metadata !== null) return object;
  throw new TypeError("Cannot send what is no object of the API: it needs apiVersion, kind and metadata");
}
