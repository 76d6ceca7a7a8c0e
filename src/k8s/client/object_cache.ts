import type { KubeObject, ObjectMeta } from "../types.ts";
import { identityOf, keyOf } from "./lists.ts";

/** A change of one object. */
export interface Change<T> {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly object: T;
}

/** The last state of each object, and what changes from one to the next. */
export class ObjectCache<T extends KubeObject> {
  readonly #objects = new Map<string, T>();
  /** How many objects each namespace has. */
  readonly #namespaces = new Map<string, number>();

  /** An object by its name, and its namespace where there are several. */
  get(name: string, namespace?: string): T | undefined {
    for (const place of namespace === undefined ? this.#namespaces.keys() : [namespace, ""]) {
      const object = this.#objects.get(keyOf({ namespace: place, name }));
      if (object !== undefined) return object;
    }
    return undefined;
  }

  /** All objects. */
  list(): T[] {
    return [...this.#objects.values()];
  }

  /** Takes over an event of a watch. The changes are what was not known yet. */
  apply(type: Change<T>["type"], object: T): Change<T>[] {
    const key = keyOf(object.metadata);
    const known = this.#objects.get(key);
    if (type === "DELETED") {
      // A namesake that was made later is another object.
      if (known === undefined || identityOf(known) !== identityOf(object)) return [];
      this.#remove(key, known);
      return [{ type, object: slim(object) }];
    }
    return this.#put(key, known, object);
  }

  /** Takes over a list: what is not in it is gone. */
  replace(items: readonly T[]): Change<T>[] {
    const gone = new Map(this.#objects);
    const changes: Change<T>[] = [];
    for (const object of items) gone.delete(keyOf(object.metadata));
    for (const [key, object] of gone) {
      this.#remove(key, object);
      changes.push({ type: "DELETED", object });
    }
    for (const object of items) {
      const key = keyOf(object.metadata);
      for (const change of this.#put(key, this.#objects.get(key), object)) changes.push(change);
    }
    return changes;
  }

  #put(key: string, known: T | undefined, object: T): Change<T>[] {
    if (known !== undefined && isSame(known, object)) return [];
    const next = slim(object);
    this.#objects.set(key, next);
    if (known === undefined) {
      this.#count(next, 1);
      return [{ type: "ADDED", object: next }];
    }
    if (identityOf(known) === identityOf(object)) return [{ type: "MODIFIED", object: next }];
    return [{ type: "DELETED", object: known }, { type: "ADDED", object: next }];
  }

  #remove(key: string, object: T): void {
    this.#objects.delete(key);
    this.#count(object, -1);
  }

  /** Namespaces that are empty are forgotten: there may be a new one for each sandbox. */
  #count({ metadata: { namespace = "" } }: T, change: 1 | -1): void {
    const count = (this.#namespaces.get(namespace) ?? 0) + change;
    if (count === 0) this.#namespaces.delete(namespace);
    else this.#namespaces.set(namespace, count);
  }
}

function isSame(known: KubeObject, object: KubeObject): boolean {
  return identityOf(known) === identityOf(object) &&
    known.metadata.resourceVersion === object.metadata.resourceVersion;
}

/** Without the server's notes of who wrote which field: they are often the larger part of an object. */
function slim<T extends KubeObject>(object: T): T {
  if (!("managedFields" in object.metadata)) return object;
  const { managedFields: _, ...metadata } = object.metadata as ObjectMeta & { managedFields: unknown };
  return { ...object, metadata };
}
