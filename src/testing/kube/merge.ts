import { type FieldSet, partsOf } from "./field_set.ts";
import { isObject, type Json, type JsonObject } from "./json.ts";
import type { Schema } from "./schema.ts";

/** A JSON merge patch (RFC 7386): null takes out, objects merge, anything else replaces. */
export function mergePatch(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const merged = new Map(Object.entries(isObject(target) ? target : {}));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else if (value !== undefined) merged.set(key, mergePatch(merged.get(key), value));
  }
  return Object.fromEntries(merged);
}

/** Puts what is applied over what is there: lists whose items have names merge item by item. */
export function mergeApplied(live: Json | undefined, applied: Json, schema: Schema | undefined): Json {
  const [now, then] = [partsOf(live, schema), partsOf(applied, schema)];
  if (now === undefined || then === undefined || Array.isArray(live) !== Array.isArray(applied)) return applied;
  const merged = new Map([...now].map(([name, { value }]): [string, Json] => [name, value]));
  for (const [name, part] of then) merged.set(name, mergeApplied(merged.get(name), part.value, part.schema));
  return Array.isArray(applied) ? [...merged.values()] : fromParts(merged);
}

/** Takes out the fields of a set. What is empty then goes too, unless somebody wants it. */
export function removeFields(
  value: Json,
  gone: FieldSet,
  wanted: FieldSet,
  schema: Schema | undefined,
  path = "",
): Json | undefined {
  const parts = partsOf(value, schema);
  if (parts === undefined) return gone.has(path) ? undefined : value;
  const kept = new Map<string, Json>();
  for (const [name, part] of parts) {
    const left = removeFields(part.value, gone, wanted, part.schema, `${path}\0${name}`);
    if (left !== undefined) kept.set(name, left);
  }
  const emptied = kept.size === 0 && (parts.size > 0 || gone.has(path));
  if (emptied && path !== "" && !wanted.has(path)) return undefined;
  return Array.isArray(value) ? [...kept.values()] : fromParts(kept);
}

function fromParts(parts: ReadonlyMap<string, Json>): JsonObject {
  return Object.fromEntries([...parts].map(([name, value]) => [name.slice(2), value]));
}
