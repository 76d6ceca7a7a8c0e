import { type JsonObject, objectOf } from "./json.ts";
import type { Kind } from "./kinds.ts";
import { refuse } from "./refusal.ts";

/** One write. Each has a version of its own, one more than the last. */
export interface Change {
  readonly revision: number;
  readonly kind: Kind;
  readonly key: string;
  /** What was there; absent: nothing. */
  readonly before?: JsonObject;
  /** What is there now; absent: nothing. */
  readonly after?: JsonObject;
}

/** The objects of a kind, as they were in some version. */
export interface Snapshot {
  readonly objects: ReadonlyMap<string, JsonObject>;
  /** Their keys, in order. */
  readonly keys: readonly string[];
}

/** The first version is past those that tests take for "long ago". */
const FIRST = 1000;

/** What etcd takes in one request, in bytes. */
const MAX_BYTES = 1.5 * 1024 * 1024;

/** Objects, and the last changes of them. What is in it is never changed, only replaced. */
export class Store {
  readonly #objects = new Map<Kind, Map<string, JsonObject>>();
  readonly #keys = new Map<Kind, readonly string[]>();
  readonly #listeners = new Set<() => void>();
  readonly #limit: number;
  #history: Change[] = [];
  #then: { readonly last?: Snapshot & { readonly kind: Kind; readonly revision: number } } = {};
  #revision = FIRST;
  #oldest = FIRST;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The version of the last write. */
  get revision(): number {
    return this.#revision;
  }

  /** The version from which on all changes are known. */
  get oldest(): number {
    return this.#oldest;
  }

  get(kind: Kind, key: string): JsonObject | undefined {
    return this.#objects.get(kind)?.get(key);
  }

  /** The keys of a kind, in order. */
  keys(kind: Kind): readonly string[] {
    const known = this.#keys.get(kind);
    if (known !== undefined) return known;
    const keys = [...this.#objects.get(kind)?.keys() ?? []].sort();
    this.#keys.set(kind, keys);
    return keys;
  }

  /** Stores an object under a version of its own, and gives it back as it is now. */
  write(kind: Kind, key: string, object: JsonObject): JsonObject {
    if (isTooLarge(object)) throw refuse(500, undefined, "etcdserver: request is too large");
    const stored = withVersion(object, this.#revision + 1);
    const objects = this.#objects.get(kind) ?? new Map<string, JsonObject>();
    this.#objects.set(kind, objects);
    const before = objects.get(key);
    if (before === undefined) this.#keys.delete(kind);
    objects.set(key, stored);
    this.#note({ kind, key, after: stored, ...(before === undefined ? {} : { before }) });
    return stored;
  }

  remove(kind: Kind, key: string): void {
    const before = this.get(kind, key);
    if (before === undefined) return;
    this.#objects.get(kind)?.delete(key);
    this.#keys.delete(kind);
    this.#note({ kind, key, before });
  }

  /** The objects of a kind as they were, or nothing where that is too long ago. */
  at(kind: Kind, revision: number): Snapshot | undefined {
    if (revision < this.#oldest) return undefined;
    const objects = this.#objects.get(kind) ?? new Map<string, JsonObject>();
    const later = this.changesAfter(revision).filter((change) => change.kind === kind);
    if (later.length === 0) return { objects, keys: this.keys(kind) };
    // All pages of a list are of one version: the last that was asked for is kept.
    const { last } = this.#then;
    if (last?.kind === kind && last.revision === revision) return last;
    const then = new Map(objects);
    for (const { key, before } of later.reverse()) {
      if (before === undefined) then.delete(key);
      else then.set(key, before);
    }
    this.#then = { last: { kind, revision, objects: then, keys: [...then.keys()].sort() } };
    return this.#then.last;
  }

  /** The changes since a version, the oldest first, at most so many. */
  changesAfter(revision: number, most: number = Infinity): Change[] {
    const first = this.#history[0]?.revision ?? this.#revision + 1;
    const start = Math.max(0, revision + 1 - first);
    return this.#history.slice(start, most === Infinity ? undefined : start + most);
  }

  /** Forgets all changes: whoever asks for what was before has to start over. */
  compact(): void {
    this.#history = [];
    this.#then = {};
    this.#oldest = this.#revision;
  }

  /** Calls back after each change, until what it gives back is called. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #note(change: Omit<Change, "revision">): void {
    this.#history.push({ ...change, revision: ++this.#revision });
    // Dropped a quarter at a time: to drop the first of an array costs its length.
    if (this.#history.length > this.#limit * 1.25) {
      const dropped = this.#history.splice(0, this.#history.length - this.#limit);
      this.#oldest = dropped.at(-1)?.revision ?? this.#oldest;
    }
    for (const listener of [...this.#listeners]) listener();
  }
}

/** An object with another version. */
export function withVersion(object: JsonObject, revision: number): JsonObject {
  return { ...object, metadata: { ...objectOf(object["metadata"]), resourceVersion: String(revision) } };
}

function isTooLarge(object: JsonObject): boolean {
  // A text has at most three bytes for each of its units, and mostly one.
  const json = JSON.stringify(object);
  return json.length * 3 > MAX_BYTES && new TextEncoder().encode(json).length > MAX_BYTES;
}
