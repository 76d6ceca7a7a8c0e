import type { KubeCallOptions, KubeList, KubeObject } from "../types.ts";

/** Which objects of a kind. */
export interface SelectorOptions extends KubeCallOptions {
  /** By labels: `a=b,c!=d,e in (x,y),!f`. */
  labelSelector?: string | undefined;
  /** By fields: `metadata.name=x`. Custom resources have few others. */
  fieldSelector?: string | undefined;
}

/** Which page of a list, and how recent. */
export interface ListPageOptions extends SelectorOptions {
  /** The most objects on the page. The server may give fewer, and still have more. */
  limit?: number | undefined;
  /** `metadata.continue` of the page before. */
  continue?: string | undefined;
  /** How recent: absent, the latest; `"0"`, whatever the server has at hand. */
  resourceVersion?: string | undefined;
  /** What `resourceVersion` means. */
  resourceVersionMatch?: "Exact" | "NotOlderThan" | undefined;
}

/** What is listed, and in which pieces. */
export interface ListAllOptions extends SelectorOptions {
  /**
   * How many objects are asked for at a time.
   *
   * @default {500}
   */
  pageSize?: number | undefined;
}

/** What is watched, and from where on. */
export interface WatchResourceOptions extends SelectorOptions {
  /**
   * The version of a list, after which the changes begin. Absent, what is there comes first, as `ADDED`. Use no version
   * of a single object that was not written just now: it can be too old.
   */
  resourceVersion?: string | undefined;
}

/** What a watch tells. */
export type ResourceEvent<T> =
  | {
    /** What happened. `DELETED` is also an object that the selector does not match any more. */
    readonly type: "ADDED" | "MODIFIED" | "DELETED";
    /** The object as it is now, or as it was last. */
    readonly object: T;
  }
  | {
    /** Changes were missed, for the connection was lost for too long: everything was listed again. */
    readonly type: "RESYNCED";
    /** All there is. What is not in here is gone. */
    readonly items: readonly T[];
  };

/** What every write takes. */
export interface WriteResourceOptions extends KubeCallOptions {
  /**
   * Everything is checked, and nothing is stored.
   *
   * @default {false}
   */
  dryRun?: boolean | undefined;
  /**
   * Who owns the fields that are written.
   *
   * @default {"kruise-agents-runtime"}
   */
  fieldManager?: string | undefined;
}

/** How an object is patched. */
export interface PatchOptions extends WriteResourceOptions {
  /**
   * The kind of patch: `merge` (RFC 7386: lists are replaced, null removes), `json` (RFC 6902: a list of operations) or
   * `strategic` (lists are merged; not for custom resources).
   *
   * @default {"merge"}
   */
  type?: "merge" | "json" | "strategic" | undefined;
  /** A part with its own rights, such as `status`. */
  subresource?: string | undefined;
}

/** How an object is applied. */
export interface ApplyOptions extends WriteResourceOptions {
  /** Who owns the fields that are applied. */
  fieldManager: string;
  /**
   * Fields that another manager owns are taken, instead of a conflict.
   *
   * @default {false}
   */
  force?: boolean | undefined;
  /** A part with its own rights, such as `status`. */
  subresource?: string | undefined;
}

/** How objects are deleted. */
export interface DeleteOptions extends WriteResourceOptions {
  /**
   * What happens to the objects that it owns: deleted before it, after it, or left.
   *
   * @default the resource's own, mostly `"Background"`
   */
  propagationPolicy?: "Foreground" | "Background" | "Orphan" | undefined;
  /** Seconds that pods have to end; 0: none. */
  gracePeriodSeconds?: number | undefined;
  /** It is deleted only if it is this one: with a `uid`, never a namesake that was made later. */
  preconditions?: {
    /** The identity it must have. */
    uid?: string;
    /** The version it must have. */
    resourceVersion?: string;
  } | undefined;
}

/**
 * The objects of one kind, in one namespace, in all, or outside of namespaces.
 *
 * Names are checked before a request is made (`TypeError`, `RangeError`). What the server refuses is a
 * `KubeStatusError`; what does not look like an API server a `SandboxError` with the code `protocol`, `network` or
 * `tls`. A 429 is repeated after the time that the server names, and so is a 5xx of a call that can be made twice;
 * reads are repeated when the connection fails.
 */
export interface Resource<T extends KubeObject> {
  /**
   * Reads an object.
   *
   * @param name Its name.
   * @param options Signal and limit.
   * @returns The object as it is now.
   */
  get(name: string, options?: KubeCallOptions): Promise<T>;
  /**
   * Reads a page of the objects; without `limit`, all.
   *
   * @param options Which ones.
   * @returns The page.
   */
  list(options?: ListPageOptions): Promise<KubeList<T>>;
  /**
   * Reads all objects, page by page. Where the list became too old in the middle, it begins anew, and tells no object
   * twice. `timeoutMs` is for each page.
   *
   * @param options Which ones.
   * @returns The objects, as they come.
   */
  listAll(options?: ListAllOptions): AsyncIterable<T>;
  /**
   * Creates an object.
   *
   * @param object The object, with `metadata.name` or `metadata.generateName`.
   * @param options How.
   * @returns The object as it was stored.
   */
  create(object: T, options?: WriteResourceOptions): Promise<T>;
  /**
   * Replaces an object, if it was not changed since it was read.
   *
   * @param object The object, with the `metadata.resourceVersion` that was read.
   * @param options How.
   * @returns The object as it was stored.
   */
  update(object: T, options?: WriteResourceOptions): Promise<T>;
  /**
   * Replaces the `status` of an object, and nothing else.
   *
   * @param object The object, with the `metadata.resourceVersion` that was read.
   * @param options How.
   * @returns The object as it was stored.
   */
  updateStatus(object: T, options?: WriteResourceOptions): Promise<T>;
  /**
   * Changes an object.
   *
   * @param name Its name.
   * @param patch The patch, as its type wants it.
   * @param options The type, and how.
   * @returns The object as it was stored.
   */
  patch(name: string, patch: unknown, options?: PatchOptions): Promise<T>;
  /**
   * Creates an object or changes it to what is given (server-side apply): fields that were applied before and are
   * missing now are removed.
   *
   * @param object What this manager wants, all of it and nothing else.
   * @param options The manager, and how.
   * @returns The object as it was stored.
   */
  apply(object: T, options: ApplyOptions): Promise<T>;
  /**
   * Deletes an object; one with finalizers goes later.
   *
   * @param name Its name.
   * @param options How.
   */
  delete(name: string, options?: DeleteOptions): Promise<void>;
  /**
   * Deletes all objects, or those that match.
   *
   * @param options Which ones, and how.
   */
  deleteCollection(options?: DeleteOptions & SelectorOptions): Promise<void>;
  /**
   * Tells changes until the loop is left or the signal fires. A connection that ends is made again from the last
   * version, so nothing is missed and nothing comes twice; where that version is too old, everything is listed again
   * and told as `RESYNCED`. `timeoutMs` limits each list; waiting for changes has no limit.
   *
   * @param options What, and from where on.
   * @returns The changes, as they come.
   */
  watch(options?: WatchResourceOptions): AsyncIterable<ResourceEvent<T>>;
}
