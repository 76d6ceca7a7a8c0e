import type { Json } from "./json.ts";
import type { Cause } from "./refusal.ts";

/** How the server's messages quote a value. */
export function quoted(value: Json | undefined): string {
  return JSON.stringify(value ?? null);
}

/** A value is missing. */
export function required(field: string, why = ""): Cause {
  return { reason: "FieldValueRequired", message: `Required value${why === "" ? "" : `: ${why}`}`, field };
}

/** A value is not one that goes. */
export function invalidValue(field: string, value: Json | undefined, why: string): Cause {
  return { reason: "FieldValueInvalid", message: `Invalid value: ${quoted(value)}: ${why}`, field };
}

/** A value is of the wrong type: messages name the type that it has, or quote a text that cannot be read. */
export function wrongType(field: string, found: string, wanted: string): Cause {
  const message = `Invalid value: "${found}": ${field} in body must be of type ${wanted}: "${found}"`;
  return { reason: "FieldValueTypeInvalid", message, field };
}

/** A value is none of a list. */
export function notSupported(field: string, value: Json, supported: readonly string[]): Cause {
  const all = supported.map((item) => quoted(item)).join(", ");
  return {
    reason: "FieldValueNotSupported",
    message: `Unsupported value: ${quoted(value)}: supported values: ${all}`,
    field,
  };
}

/** A value must not be there. */
export function forbiddenValue(field: string, why: string): Cause {
  return { reason: "FieldValueForbidden", message: `Forbidden: ${why}`, field };
}
