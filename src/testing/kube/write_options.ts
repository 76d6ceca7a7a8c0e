import type { Call } from "./call.ts";
import { forbiddenValue, notSupported, required } from "./causes.ts";
import { type Json, type JsonObject, textOf } from "./json.ts";
import { badRequest, invalidOptions } from "./refusal.ts";
import { prune } from "./schema_shape.ts";
import { schemaOf } from "./schemas/any.ts";

/** Whether a request asks that nothing be stored. `options` is what its options are called. */
export function isDryRun({ query }: Pick<Call, "query">, options: string, inBody?: Json): boolean {
  const asked = Array.isArray(inBody) ? inBody.map(textOf) : query.getAll("dryRun").filter((value) => value !== "");
  const odd = asked.some((value) => value !== "All");
  if (odd) throw invalidOptions(options, notSupported("dryRun", asked, ["All"]));
  return asked.length > 0;
}

/** Sees that `force` and `fieldManager` are there where they must be, and only there. */
export function checkPatchOptions({ query }: Pick<Call, "query">, applying: boolean): void {
  if (!applying && query.has("force")) {
    throw invalidOptions("PatchOptions", forbiddenValue("force", "may not be specified for non-apply patch"));
  }
  if (applying && (query.get("fieldManager") ?? "") === "") {
    throw invalidOptions("PatchOptions", required("fieldManager", "is required for apply patch"));
  }
}

/** An object without the fields that its kind does not have. */
export interface Known {
  readonly object: JsonObject;
  readonly warnings: readonly string[];
}

/** Takes out fields that the kind does not have, and says so as `fieldValidation` asks. */
export function knownFields(object: JsonObject, { kind, query }: Pick<Call, "kind" | "query">): Known {
  const { value, unknown } = prune(object, schemaOf(kind));
  const how = query.get("fieldValidation") ?? "";
  if (!["", "Ignore", "Warn", "Strict"].includes(how)) {
    const cause = notSupported("fieldValidation", how, ["Ignore", "Strict", "Warn"]);
    throw invalidOptions("CreateOptions", cause);
  }
  const warnings = unknown.map((path) => `unknown field "${path}"`);
  if (how === "Strict" && warnings.length > 0) {
    const [version, name] = [JSON.stringify(kind.version), kind.kind];
    throw badRequest(
      `${name} in version ${version} cannot be handled as a ${name}: strict decoding error: ${warnings.join(", ")}`,
    );
  }
  return { object: value as JsonObject, warnings: how === "Ignore" ? [] : warnings };
}
