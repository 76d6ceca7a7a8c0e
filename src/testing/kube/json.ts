/** What JSON can say. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** An object of JSON. */
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

/** Whether a value is an object: no array, not null. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An object, or one without members where a value is none. */
export function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

/** A text, or an empty one where a value is none. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Whether two values say the same. A member that is undefined is none. */
export function sameJson(one: Json | undefined, other: Json | undefined): boolean {
  if (one === other) return true;
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((item, index) => sameJson(item, other[index]));
  }
  if (!isObject(one) || !isObject(other)) return false;
  const keys = Object.keys(one).filter((key) => one[key] !== undefined);
  return keys.length === Object.keys(other).filter((key) => other[key] !== undefined).length &&
    keys.every((key) => sameJson(one[key], other[key]));
}

/** A copy with its members in order of their names, as the server writes custom resources. */
export function sortedJson<T extends Json | undefined>(value: T): T {
  if (Array.isArray(value)) return value.map(sortedJson) as unknown as T;
  if (!isObject(value)) return value;
  const sorted: Record<string, Json | undefined> = Object.create(null);
  for (const key of Object.keys(value).sort()) {
    if (value[key] !== undefined) sorted[key] = sortedJson(value[key]);
  }
  return { ...sorted } as T;
}

/** An object without some of its members. */
export function without(object: JsonObject, ...keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
}

/** An object with one member set, or taken out where the value is undefined. */
export function withMember(object: JsonObject, key: string, value: Json | undefined): JsonObject {
  return value === undefined ? without(object, key) : { ...object, [key]: value };
}
