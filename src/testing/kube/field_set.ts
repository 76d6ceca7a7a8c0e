import { isObject, type Json, type JsonObject, sameJson } from "./json.ts";
import { memberSchema, type Schema } from "./schema.ts";

/**
 * Which fields somebody manages: their paths, each written as its elements (`f:spec`, `k:{"type":"Ready"}`, `v:"x"`)
 * behind a NUL each. A path stands for itself alone, not for what is below.
 */
export type FieldSet = ReadonlySet<string>;

/** What of the metadata the server fills in by itself: nobody manages it. */
const SERVERS_OWN: ReadonlySet<string> = new Set([
  "f:name",
  "f:namespace",
  "f:uid",
  "f:resourceVersion",
  "f:generation",
  "f:creationTimestamp",
  "f:deletionTimestamp",
  "f:deletionGracePeriodSeconds",
  "f:selfLink",
  "f:managedFields",
]);

/** Whether a path is one that nobody manages, and nobody below it either. */
function isServersOwn(path: string): boolean {
  const [, root, member] = path.split("\0", 3);
  return root === "f:apiVersion" || root === "f:kind" || (root === "f:metadata" && SERVERS_OWN.has(member ?? ""));
}

/** The parts into which a value is taken apart, or nothing where it is managed as a whole. */
export function partsOf(value: Json | undefined, schema: Schema | undefined): ReadonlyMap<string, Part> | undefined {
  if (isObject(value)) {
    const entries = Object.entries(value).flatMap(([key, member]): [string, Part][] => {
      if (member === undefined) return [];
      const known = schema?.properties !== undefined && Object.hasOwn(schema.properties, key);
      return [[`f:${key}`, { value: member, schema: memberSchema(schema, key), known }]];
    });
    return new Map(entries);
  }
  if (!Array.isArray(value)) return undefined;
  const { keys, set, items } = schema ?? {};
  if (set === true) {
    return new Map(value.map((item) => [`v:${JSON.stringify(item)}`, { value: item, schema: items, known: false }]));
  }
  if (keys === undefined) return undefined;
  return new Map(value.map((item) => [itemName(item, keys), { value: item, schema: items, known: false }]));
}

/** A part of a value. */
export interface Part {
  readonly value: Json;
  readonly schema: Schema | undefined;
  /** Whether the schema names it. */
  readonly known: boolean;
}

function itemName(item: Json, keys: readonly string[]): string {
  const named = isObject(item) ? Object.fromEntries(keys.map((key) => [key, item[key]])) : {};
  return `k:${JSON.stringify(named)}`;
}

/** The fields that an applied object sets. */
export function fieldsOf(value: Json, schema: Schema | undefined, path = ""): Set<string> {
  const fields = new Set<string>();
  const parts = partsOf(value, schema);
  if (parts === undefined) return fields.add(path);
  for (const [name, part] of parts) {
    const at = `${path}\0${name}`;
    if (isServersOwn(at)) continue;
    for (const field of fieldsOf(part.value, part.schema, at)) fields.add(field);
    const empty = isObject(part.value) && Object.keys(part.value).length === 0;
    if (empty || !part.known) fields.add(at);
  }
  fields.delete("\0f:metadata");
  return fields;
}

/** What differs between two objects. */
export interface Difference {
  readonly added: Set<string>;
  readonly removed: Set<string>;
  readonly modified: Set<string>;
}

/** Compares two objects field by field. */
export function compareFields(old: JsonObject, now: JsonObject, schema: Schema | undefined): Difference {
  const difference: Difference = { added: new Set(), removed: new Set(), modified: new Set() };
  compareInto(old, now, schema, "", difference);
  return difference;
}

function compareInto(
  old: Json | undefined,
  now: Json | undefined,
  schema: Schema | undefined,
  path: string,
  to: Difference,
): void {
  if (isServersOwn(path)) return;
  const [oldParts, nowParts] = [partsOf(old, schema), partsOf(now, schema)];
  if (old === undefined) to.added.add(path);
  else if (now === undefined) to.removed.add(path);
  else if ((oldParts === undefined || nowParts === undefined) && !sameJson(old, now)) to.modified.add(path);
  for (const name of new Set([...oldParts?.keys() ?? [], ...nowParts?.keys() ?? []])) {
    const [before, after] = [oldParts?.get(name), nowParts?.get(name)];
    compareInto(before?.value, after?.value, (before ?? after)?.schema, `${path}\0${name}`, to);
  }
}
