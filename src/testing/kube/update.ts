import { readObject } from "./body.ts";
import { type Answer, type Call, keyOf, writerOf } from "./call.ts";
import { invalidValue } from "./causes.ts";
import { type JsonObject, objectOf, textOf, withMember } from "./json.ts";
import type { Kind } from "./kinds.ts";
import { badRequest, conflict, invalid, notFound } from "./refusal.ts";
import { fillDefaults } from "./schema_shape.ts";
import { schemaOf } from "./schemas/any.ts";
import { save } from "./write.ts";
import { isDryRun, knownFields } from "./write_options.ts";

/** Why a version that is not the last one is refused. */
const STALE = "the object has been modified; please apply your changes to the latest version and try again";

/** PUT on an object, or on its status. */
export function update(call: Call): Answer {
  const { kind, target } = call;
  if (target.name === "") throw badRequest("name must be provided");
  const dryRun = isDryRun(call, "UpdateOptions");
  const { object, warnings } = knownFields(readObject(call), call);
  const old = stored(call);
  checkIdentity(object, old, kind, true);
  return { status: 200, body: replace(call, old, object, dryRun), warnings };
}

/** The object that a request is about. */
export function stored({ kind, store, target }: Call): JsonObject {
  const object = store.get(kind, keyOf(kind, target.namespace, target.name));
  if (object === undefined) throw notFound(kind, target.name);
  return object;
}

/** Puts another object in an object's place, or the part of it that the request writes. */
export function replace(
  call: Call,
  old: JsonObject,
  object: JsonObject,
  dryRun: boolean,
  applied?: { readonly object: JsonObject; readonly force: boolean },
): JsonObject {
  const filled = fillDefaults(object, schemaOf(call.kind)) as JsonObject;
  const writer = writerOf(call, applied === undefined ? "Update" : "Apply");
  const draft = { old, object: partOf(filled, old, call), writer };
  return save(call, applied === undefined ? draft : { ...draft, applied }, dryRun);
}

/** What of an object is written: its status alone, or all but its status. */
function partOf(object: JsonObject, old: JsonObject, { kind, target }: Call): JsonObject {
  if (target.subresource === "status") return withMember(old, "status", object["status"]);
  return kind.status ? withMember(object, "status", old["status"]) : object;
}

/** Sees that it is the object that was meant, in the version that was meant. A patch need not say which. */
export function checkIdentity(object: JsonObject, old: JsonObject, kind: Kind, needsVersion: boolean): void {
  const [given, now] = [objectOf(object["metadata"]), objectOf(old["metadata"])];
  const name = textOf(now["name"]);
  const [uid, version] = [textOf(given["uid"]), textOf(given["resourceVersion"])];
  if (uid !== "" && uid !== now["uid"]) {
    const key = `/registry/${kind.group === "" ? "" : `${kind.group}/`}${kind.plural}/${
      keyOf(kind, textOf(now["namespace"]), name)
    }`;
    throw conflict(
      kind,
      name,
      `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: ` +
        `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${textOf(now["uid"])}`,
    );
  }
  if (version === "" && needsVersion && kind.custom) {
    throw invalid(kind.group, kind.plural, name, [
      invalidValue("metadata.resourceVersion", 0, "must be specified for an update"),
    ]);
  }
  if (version !== "" && version !== now["resourceVersion"]) throw conflict(kind, name, STALE);
}
