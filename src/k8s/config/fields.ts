import type { KubeConfigError } from "../../../mod.ts";
import type { ConfigSource, FieldPath } from "./source.ts";

/** A map of the configuration, read field by field: a field of another type than the format's is an error. */
export class Fields {
  /** The place it comes from, whose relative paths and errors are its own. */
  readonly source: ConfigSource;
  readonly #map: Readonly<Record<string, unknown>>;
  readonly #path: FieldPath;

  constructor(source: ConfigSource, map: Readonly<Record<string, unknown>>, path: FieldPath = []) {
    this.source = source;
    this.#map = map;
    this.#path = path;
  }

  /** Whether a field is there and not empty. */
  has(key: string): boolean {
    const value = this.#get(key);
    return value !== undefined && value !== "";
  }

  /** A text; an empty one is the same as none. */
  text(key: string): string | undefined {
    const value = this.#get(key);
    if (value !== undefined && typeof value !== "string") throw this.error(key, `is ${kindOf(value)}, not a string`);
    return value === "" ? undefined : value;
  }

  /** A boolean, false where there is none. */
  flag(key: string): boolean {
    const value = this.#get(key) ?? false;
    if (typeof value !== "boolean") throw this.error(key, `is ${kindOf(value)}, not true or false`);
    return value;
  }

  /** A list of texts, empty where there is none. */
  texts(key: string): readonly string[] {
    return this.#list(key).map((value, i) => {
      if (typeof value !== "string") throw this.error(key, `is ${kindOf(value)}, not a string`, i);
      return value;
    });
  }

  /** A map, absent where there is none. */
  map(key: string): Fields | undefined {
    const value = this.#get(key);
    return value === undefined ? undefined : this.#fields(value, key);
  }

  /** What stands for a map that is not there: its errors name where it would be. */
  empty(key: string): Fields {
    return new Fields(this.source, {}, [...this.#path, key]);
  }

  /** A list of maps, empty where there is none. */
  maps(key: string): readonly Fields[] {
    return this.#list(key).map((value, i) => this.#fields(value, key, i));
  }

  /** The names of the fields. */
  keys(): readonly string[] {
    return Object.keys(this.#map);
  }

  /** A field as it is, for whoever understands it. */
  raw(key: string): unknown {
    return this.#get(key);
  }

  /** An error about a field. */
  error(key: string, reason: string, index?: number): KubeConfigError;
  error(key: string, reason: string, hint: string): KubeConfigError;
  error(key: string, reason: string, more?: number | string): KubeConfigError {
    const path = [...this.#path, key, ...(typeof more === "number" ? [more] : [])];
    return this.source.error(reason, typeof more === "string" ? more : undefined, path);
  }

  #get(key: string): unknown {
    return Object.hasOwn(this.#map, key) ? this.#map[key] ?? undefined : undefined;
  }

  #list(key: string): readonly unknown[] {
    const value = this.#get(key) ?? [];
    if (!Array.isArray(value)) throw this.error(key, `is ${kindOf(value)}, not a list`);
    return value;
  }

  #fields(value: unknown, ...path: FieldPath): Fields {
    if (!isMap(value)) throw this.source.error(`is ${kindOf(value)}, not a map`, undefined, [...this.#path, ...path]);
    return new Fields(this.source, value, [...this.#path, ...path]);
  }
}

/** Whether a value is what YAML calls a map. */
export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "a map" : `a ${typeof value}`;
}
