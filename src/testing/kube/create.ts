import { readObject } from "./body.ts";
import { type Answer, type Call, keyOf, writerOf } from "./call.ts";
import { type JsonObject, objectOf, textOf, without } from "./json.ts";
import { checkName, generateName } from "./names.ts";
import { alreadyExists, detailsOf, invalid, notFound, refuse } from "./refusal.ts";
import { fillDefaults } from "./schema_shape.ts";
import { schemaOf } from "./schemas/any.ts";
import { withBuiltInDefaults } from "./built_in.ts";
import { save } from "./write.ts";
import { isDryRun, knownFields } from "./write_options.ts";
import type { Kind } from "./kinds.ts";

/** POST on a collection. */
export function create(call: Call, namespaces: Kind): Answer {
  const { kind } = call;
  const dryRun = isDryRun(call, "CreateOptions");
  const { object: given, warnings } = knownFields(readObject(call), call);
  const object = named(given, call);
  checkNamespace(call, namespaces, textOf(objectOf(object["metadata"])["name"]));
  const name = textOf(objectOf(object["metadata"])["name"]);
  const taken = call.store.get(kind, keyOf(kind, call.target.namespace, name));
  if (taken !== undefined) {
    const deleting = objectOf(taken["metadata"])["deletionTimestamp"] !== undefined;
    throw alreadyExists(kind, name, deleting ? "object is being deleted: " : "");
  }
  const body = save(call, { object: prepared(object, kind), writer: writerOf(call, "Update") }, dryRun);
  return { status: 201, body, warnings };
}

/** An object as a client may create it: what only the server says is not taken from it. */
export function prepared(object: JsonObject, kind: Kind): JsonObject {
  const metadata = without(
    objectOf(object["metadata"]),
    "uid",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "generation",
    "resourceVersion",
    "managedFields",
    "selfLink",
  );
  const whole = { ...(kind.status ? without(object, "status") : object), metadata };
  return withBuiltInDefaults(fillDefaults(whole, schemaOf(kind)) as JsonObject, kind);
}

/** An object with a name: its own, or one that the server makes up. */
function named(object: JsonObject, { kind, store, target }: Call): JsonObject {
  const metadata = objectOf(object["metadata"]);
  const causes = checkName(metadata, kind);
  if (causes.length > 0) throw invalid(kind.group, kind.kind, textOf(metadata["name"]), causes);
  if (textOf(metadata["name"]) !== "") return object;
  let name: string;
  do name = generateName(textOf(metadata["generateName"])); while (
    store.get(kind, keyOf(kind, target.namespace, name))
  );
  return { ...object, metadata: { ...metadata, name } };
}

function checkNamespace({ kind, store, target: { namespace } }: Call, namespaces: Kind, name: string): void {
  if (!kind.namespaced) return;
  const home = store.get(namespaces, namespace);
  if (home === undefined) throw notFound(namespaces, namespace);
  if (objectOf(home["metadata"])["deletionTimestamp"] === undefined) return;
  const resource = kind.group === "" ? kind.plural : `${kind.plural}.${kind.group}`;
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  throw refuse(403, "Forbidden", `${resource} "${name}" is forbidden: ${why}`, {
    details: detailsOf(name, kind.group, kind.plural, [{
      reason: "NamespaceTerminating",
      message: `namespace ${namespace} is being terminated`,
      field: "metadata.namespace",
    }]),
  });
}
