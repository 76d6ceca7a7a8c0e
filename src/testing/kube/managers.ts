import type { Difference, FieldSet } from "./field_set.ts";
import { fromFieldsV1, toFieldsV1 } from "./fields_v1.ts";
import { isObject, type JsonObject, objectOf, textOf } from "./json.ts";

/** Who manages which fields of an object, and since when. */
export interface Manager {
  readonly manager: string;
  readonly operation: "Apply" | "Update";
  readonly apiVersion: string;
  readonly subresource: string;
  readonly time: string;
  readonly fields: FieldSet;
}

/** Who writes, and how. */
export type Writer = Pick<Manager, "manager" | "operation" | "apiVersion" | "subresource">;

/** Whether it is the same one. */
export function isSameWriter(one: Writer, other: Writer): boolean {
  return one.manager === other.manager && one.operation === other.operation &&
    one.apiVersion === other.apiVersion && one.subresource === other.subresource;
}

/** Reads `metadata.managedFields`. */
export function readManagers(metadata: JsonObject): readonly Manager[] {
  const { managedFields } = metadata;
  if (!Array.isArray(managedFields)) return [];
  return managedFields.filter(isObject).map((entry) => ({
    manager: textOf(entry["manager"]),
    operation: entry["operation"] === "Apply" ? "Apply" : "Update",
    apiVersion: textOf(entry["apiVersion"]),
    subresource: textOf(entry["subresource"]),
    time: textOf(entry["time"]),
    fields: fromFieldsV1(objectOf(entry["fieldsV1"])),
  }));
}

/** Writes `metadata.managedFields`: those that manage something, in the server's order. */
export function writeManagers(managers: readonly Manager[]): readonly JsonObject[] | undefined {
  const order = ({ operation, time, manager, apiVersion, subresource }: Manager) =>
    [operation, time, manager, apiVersion, subresource].join("\0");
  const entries = managers.filter(({ fields }) => fields.size > 0)
    .toSorted((one, other) => order(one) < order(other) ? -1 : 1)
    .map(({ manager, operation, apiVersion, subresource, time, fields }) => ({
      apiVersion,
      fieldsType: "FieldsV1",
      fieldsV1: toFieldsV1(fields),
      manager,
      operation,
      ...(subresource === "" ? {} : { subresource }),
      time,
    }));
  return entries.length === 0 ? undefined : entries;
}

/** Who else manages what a change touches. */
export function conflictsOf(managers: readonly Manager[], writer: Writer, { added, modified }: Difference): Manager[] {
  return managers.filter((manager) => !isSameWriter(manager, writer)).flatMap((manager) => {
    const fields = [...manager.fields].filter((field) => added.has(field) || modified.has(field));
    return fields.length === 0 ? [] : [{ ...manager, fields: new Set(fields) }];
  });
}

/** Who manages what after a change: others lose what was touched. `applied` is all that an applied object sets. */
export function handOver(
  managers: readonly Manager[],
  writer: Writer,
  change: Difference,
  time: string,
  applied?: FieldSet,
): readonly Manager[] {
  const { added, removed, modified } = change;
  const touched = (field: string) => added.has(field) || modified.has(field) || removed.has(field);
  const others = managers.filter((manager) => !isSameWriter(manager, writer)).map((manager) => ({
    ...manager,
    fields: new Set([...manager.fields].filter((field) => !touched(field))),
  }));
  const before = managers.find((manager) => isSameWriter(manager, writer))?.fields ?? new Set<string>();
  const own = applied ?? new Set([...[...before].filter((field) => !removed.has(field)), ...added, ...modified]);
  return [...others, { ...writer, time, fields: own }];
}
