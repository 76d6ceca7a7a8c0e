import { isObject, type Json } from "./json.ts";
import { keepsAll, memberSchema, type Schema } from "./schema.ts";

/** What of an object its schema keeps. */
export interface Pruned {
  readonly value: Json;
  /** The paths of what it does not know. */
  readonly unknown: readonly string[];
}

/** Takes out what a schema does not know, as the server does before it stores an object. */
export function prune(value: Json, schema: Schema | undefined, path = ""): Pruned {
  const unknown: string[] = [];
  return { value: pruneInto(value, schema, path, unknown), unknown: unknown.sort() };
}

function pruneInto(value: Json, schema: Schema | undefined, path: string, unknown: string[]): Json {
  if (Array.isArray(value)) {
    return schema?.items === undefined
      ? value
      : value.map((item, at) => pruneInto(item, schema.items, `${path}[${at}]`, unknown));
  }
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]) => {
      const at = path === "" ? key : `${path}.${key}`;
      const known = memberSchema(schema, key);
      if (member === undefined) return [];
      if (known !== undefined) return [[key, pruneInto(member, known, at, unknown)]];
      if (keepsAll(schema)) return [[key, member]];
      unknown.push(at);
      return [];
    }),
  );
}

/** Fills in what a schema gives by default, in the objects that are there. A null stands for what is not given. */
export function fillDefaults(value: Json, schema: Schema | undefined): Json {
  if (schema === undefined) return value;
  if (Array.isArray(value)) return value.map((item) => fillDefaults(item, schema.items));
  if (!isObject(value)) return value;
  const filled = new Map(Object.entries(value));
  for (const [key, { default: given }] of Object.entries(schema.properties ?? {})) {
    if (given !== undefined && (filled.get(key) ?? null) === null) filled.set(key, given);
  }
  for (const [key, member] of filled) {
    if (member !== undefined) filled.set(key, fillDefaults(member, memberSchema(schema, key)));
  }
  return Object.fromEntries(filled);
}
