import type { Json } from "./json.ts";

/** The part of a CustomResourceDefinition's schema that the fake API applies. */
export interface Schema {
  readonly type?: "object" | "array" | "string" | "integer" | "boolean";
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  /** Of a map: what its values are. */
  readonly values?: Schema;
  readonly required?: readonly string[];
  readonly enum?: readonly string[];
  readonly format?: "date-time" | "int32" | "int64";
  readonly default?: Json;
  readonly minimum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  /** Of a list whose items are told apart by these members. */
  readonly keys?: readonly string[];
  /** Of a list whose items are told apart by their values. */
  readonly set?: true;
  /** Anything goes, and is kept. */
  readonly preserve?: true;
  readonly intOrString?: true;
  /** It cannot change: what the server says then. */
  readonly immutable?: string;
  /** A duration of at least a second: what the server says otherwise. */
  readonly second?: string;
}

/** The schema of an object's member, where there is one. */
export function memberSchema(schema: Schema | undefined, key: string): Schema | undefined {
  const { properties } = schema ?? {};
  return properties !== undefined && Object.hasOwn(properties, key) ? properties[key] : schema?.values;
}

/** Whether every field is kept, known or not. */
export function keepsAll(schema: Schema | undefined): boolean {
  return schema === undefined || schema.preserve === true;
}
