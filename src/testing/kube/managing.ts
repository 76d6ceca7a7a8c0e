import { compareFields, fieldsOf } from "./field_set.ts";
import { fieldConflict } from "./field_conflict.ts";
import { type JsonObject, objectOf } from "./json.ts";
import { apiVersionOf, type Kind } from "./kinds.ts";
import { conflictsOf, handOver, isSameWriter, type Manager, readManagers } from "./managers.ts";
import { schemaOf } from "./schemas/any.ts";
import type { Draft } from "./write.ts";

const NOTHING: JsonObject = { apiVersion: "", kind: "", metadata: {} };

/** Who manages which field once a draft is stored. Throws where it takes fields from others and must not. */
export function managersAfter({ old, object, writer, applied }: Draft, kind: Kind, time: string): readonly Manager[] {
  const given = readManagers(objectOf(object["metadata"]));
  if (old === undefined && given.length > 0) return given;
  const schema = schemaOf(kind);
  const change = compareFields(old ?? NOTHING, object, schema);
  const managers = managersOf(old, kind, applied !== undefined);
  if (applied === undefined) return handOver(managers, writer, change, time);
  const conflicts = conflictsOf(managers, writer, change);
  if (conflicts.length > 0 && !applied.force) throw fieldConflict(conflicts);
  return handOver(managers, writer, change, time, fieldsOf(applied.object, schema));
}

/** Who manages the fields of what is stored. Before the first apply, all of them may be nobody's. */
export function managersOf(old: JsonObject | undefined, kind: Kind, applying: boolean): readonly Manager[] {
  const managers = readManagers(objectOf(old?.["metadata"]));
  if (old === undefined || managers.length > 0 || !applying) return managers;
  return [{
    manager: "before-first-apply",
    operation: "Update",
    apiVersion: apiVersionOf(kind),
    subresource: "",
    time: String(objectOf(old["metadata"])["creationTimestamp"] ?? ""),
    fields: compareFields(NOTHING, old, schemaOf(kind)).added,
  }];
}

/** Whether the same manage the same as in an object, whenever they began to. */
export function sameManagers(object: JsonObject, managers: readonly Manager[]): boolean {
  const before = readManagers(objectOf(object["metadata"]));
  const now = managers.filter(({ fields }) => fields.size > 0);
  return before.length === now.length && now.every((manager) => {
    const { fields } = before.find((other) => isSameWriter(other, manager)) ?? {};
    return fields?.size === manager.fields.size && [...manager.fields].every((field) => fields.has(field));
  });
}
