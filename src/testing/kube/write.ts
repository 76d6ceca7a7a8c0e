import { type Call, keyOf, timeOf } from "./call.ts";
import { forbiddenValue } from "./causes.ts";
import { type Json, type JsonObject, objectOf, sameJson, sortedJson, textOf, withMember, without } from "./json.ts";
import type { Kind } from "./kinds.ts";
import { type Manager, writeManagers, type Writer } from "./managers.ts";
import { managersAfter, sameManagers } from "./managing.ts";
import { checkLabels } from "./qualified_names.ts";
import { type Cause, invalid } from "./refusal.ts";
import { schemaOf } from "./schemas/any.ts";
import { checkSchema } from "./schema_check.ts";

/** An object that is to be stored. */
export interface Draft {
  /** What is stored now; absent: nothing. */
  readonly old?: JsonObject;
  readonly object: JsonObject;
  readonly writer: Writer;
  /** The object that was applied, if one was, and whether it takes fields from others. */
  readonly applied?: { readonly object: JsonObject; readonly force: boolean };
}

/** Checks an object and stores it, unless nothing changed or it is a dry run. Gives back how it is then. */
export function save(call: Pick<Call, "store" | "clock" | "kind">, draft: Draft, dryRun: boolean): JsonObject {
  const { kind, store } = call;
  const { old } = draft;
  const time = timeOf(call.clock);
  const object = withSystemFields(draft, kind, time);
  const meta = objectOf(object["metadata"]);
  const causes = [
    ...checkLabels(meta),
    ...checkFinalizers(meta, objectOf(old?.["metadata"])),
    ...checkSchema(object, old, schemaOf(kind), ""),
  ];
  if (causes.length > 0) throw invalid(kind.group, kind.kind, textOf(meta["name"]), causes);

  const managers = managersAfter({ ...draft, object }, kind, time);
  if (old !== undefined && sameJson(unmanaged(old), unmanaged(object)) && sameManagers(old, managers)) return old;
  const managed = withManagers(object, managers);
  const draftOf = kind.custom ? sortedJson(managed) : managed;
  if (dryRun) return draftOf;
  const key = keyOf(kind, textOf(meta["namespace"]), textOf(meta["name"]));
  if (old !== undefined && isGone(meta)) {
    store.remove(kind, key);
    return draftOf;
  }
  return store.write(kind, key, draftOf);
}

/** Whether nothing keeps an object that is being deleted. */
export function isGone({ deletionTimestamp, deletionGracePeriodSeconds = 0, finalizers }: JsonObject): boolean {
  return deletionTimestamp !== undefined && deletionGracePeriodSeconds === 0 && listOf(finalizers).length === 0;
}

/** The items of a list, or none where a value is no list. */
export function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

function unmanaged(object: JsonObject): JsonObject {
  return { ...object, metadata: without(objectOf(object["metadata"]), "managedFields") };
}

function withManagers(object: JsonObject, managers: readonly Manager[]): JsonObject {
  return { ...object, metadata: withMember(objectOf(object["metadata"]), "managedFields", writeManagers(managers)) };
}

/** Members that only the server sets, once there is an object. */
const FIXED = [
  "uid",
  "creationTimestamp",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
  "resourceVersion",
  "generation",
];

function withSystemFields({ old, object }: Draft, kind: Kind, time: string): JsonObject {
  const given = objectOf(object["metadata"]);
  if (old === undefined) {
    const metadata = {
      ...without(given, "resourceVersion"),
      uid: given["uid"] ?? crypto.randomUUID(),
      creationTimestamp: given["creationTimestamp"] ?? time,
    };
    return {
      ...object,
      metadata: hasGeneration(kind) ? { ...metadata, generation: given["generation"] ?? 1 } : metadata,
    };
  }
  const before = objectOf(old["metadata"]);
  let metadata: JsonObject = without(given, "managedFields");
  for (const key of FIXED) metadata = withMember(metadata, key, before[key]);
  const main = (whole: JsonObject) => without(whole, "metadata", ...(kind.status ? ["status"] : []));
  if (hasGeneration(kind) && !sameJson(main(old), main(object))) {
    metadata = { ...metadata, generation: Number(before["generation"] ?? 0) + 1 };
  }
  return { ...object, metadata: withoutEmpty(metadata) };
}

function hasGeneration({ custom, plural }: Kind): boolean {
  return custom || plural === "pods";
}

/** The server writes no empty list or map of metadata. */
function withoutEmpty(metadata: JsonObject): JsonObject {
  const empty = ["labels", "annotations", "finalizers", "ownerReferences"].filter((key) => {
    const value = metadata[key];
    return value === null || (typeof value === "object" && Object.keys(value).length === 0);
  });
  return without(metadata, ...empty);
}

function checkFinalizers(now: JsonObject, before: JsonObject): readonly Cause[] {
  if (before["deletionTimestamp"] === undefined) return [];
  const known = listOf(before["finalizers"]);
  const added = listOf(now["finalizers"]).filter((item) => !known.includes(item)).map((item) => JSON.stringify(item));
  if (added.length === 0) return [];
  const why = "no new finalizers can be added if the object is being deleted, found new finalizers " +
    `[]string{${added.join(", ")}}`;
  return [forbiddenValue("metadata.finalizers", why)];
}
