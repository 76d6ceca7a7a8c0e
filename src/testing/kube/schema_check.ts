import { invalidValue, notSupported, required, wrongType } from "./causes.ts";
import { durationMs } from "./duration.ts";
import { isObject, type Json, type JsonObject, sameJson } from "./json.ts";
import type { Cause } from "./refusal.ts";
import { memberSchema, type Schema } from "./schema.ts";

const TIME = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

/**
 * Says in what an object differs from its schema, in the server's words; `old` is what it was before. Where the
 * server's order of two causes is chance, ours is the schema's.
 */
export function checkSchema(value: Json, old: Json | undefined, schema: Schema, field: string): readonly Cause[] {
  const wrong = checkType(value, schema, field);
  if (wrong !== undefined) return [wrong];
  const causes: Cause[] = [];
  if (isObject(value)) causes.push(...checkMembers(value, isObject(old) ? old : {}, schema, field));
  if (Array.isArray(value) && schema.items !== undefined) {
    const items = schema.items;
    value.forEach((item, at) =>
      causes.push(...checkSchema(item, oldItem(item, old, schema), items, `${field}[${at}]`))
    );
  }
  if (typeof value === "string") causes.push(...checkText(value, schema, field));
  if (typeof value === "number" && schema.minimum !== undefined && value < schema.minimum) {
    causes.push(invalidValue(field, value, `${field} in body should be greater than or equal to ${schema.minimum}`));
  }
  if (schema.immutable !== undefined && old !== undefined && !sameJson(value, old)) {
    causes.push(invalidValue(field, value, schema.immutable));
  }
  return causes;
}

function oldItem(item: Json, old: Json | undefined, { keys }: Schema): Json | undefined {
  if (!Array.isArray(old) || !isObject(item) || keys === undefined) return undefined;
  return old.find((other) => isObject(other) && keys.every((key) => sameJson(item[key], other[key])));
}

function checkMembers(value: JsonObject, old: JsonObject, schema: Schema, field: string): readonly Cause[] {
  const prefix = field === "" ? "" : `${field}.`;
  const causes = (schema.required ?? []).filter((key) => value[key] === undefined)
    .map((key) => required(`${prefix}${key}`));
  for (const [key, member] of Object.entries(value)) {
    const known = memberSchema(schema, key);
    if (known === undefined || member === undefined) continue;
    causes.push(...checkSchema(member, old[key], known, `${prefix}${key}`));
  }
  return causes;
}

function checkText(value: string, schema: Schema, field: string): readonly Cause[] {
  const { minLength = 0, maxLength = Infinity } = schema;
  const causes: Cause[] = [];
  if (schema.enum !== undefined && !schema.enum.includes(value)) causes.push(notSupported(field, value, schema.enum));
  if (value.length < minLength) {
    causes.push(invalidValue(field, value, `${field} in body should be at least ${minLength} chars long`));
  }
  if (value.length > maxLength) {
    causes.push({ reason: "FieldValueTooLong", message: `Too long: may not be more than ${maxLength} bytes`, field });
  }
  if (schema.pattern !== undefined && !new RegExp(schema.pattern).test(value)) {
    causes.push(invalidValue(field, value, `${field} in body should match '${schema.pattern}'`));
  }
  if (schema.second !== undefined && (durationMs(value) ?? 0) < 1000) {
    causes.push(invalidValue(field, value, schema.second));
  }
  return causes;
}

function typeName(value: Json): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value;
}

function checkType(value: Json, schema: Schema, field: string): Cause | undefined {
  const found = typeName(value);
  if (schema.intOrString === true) {
    return found === "integer" || found === "string" ? undefined : wrongType(field, found, "integer,string");
  }
  if (schema.type !== undefined && schema.type !== found) return wrongType(field, found, schema.type);
  if (schema.format === "date-time" && typeof value === "string" && !(TIME.test(value) && Date.parse(value) >= -8e15)) {
    return wrongType(field, value, "date-time");
  }
  return undefined;
}
