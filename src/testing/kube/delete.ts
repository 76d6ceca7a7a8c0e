import { readOptions } from "./body.ts";
import { type Answer, type Call, keyOf, timeOf } from "./call.ts";
import { forbiddenValue, notSupported } from "./causes.ts";
import { type Json, type JsonObject, objectOf, sortedJson, textOf } from "./json.ts";
import { conflict, invalidOptions } from "./refusal.ts";
import { stored } from "./update.ts";
import { listOf } from "./write.ts";
import { isDryRun } from "./write_options.ts";

/** What a request to delete asks for. */
interface Wishes {
  readonly dryRun: boolean;
  readonly propagation: string;
  readonly graceSeconds: number | undefined;
  readonly preconditions: JsonObject;
}

const POLICIES = ["Foreground", "Background", "Orphan"];

/** What a policy leaves for the garbage collector to do, which the fake API has none of. */
const KEEPS: Readonly<Record<string, string>> = { Foreground: "foregroundDeletion", Orphan: "orphan" };

/** DELETE on an object. */
export function remove(call: Call): Answer {
  const wishes = readWishes(call);
  const old = stored(call);
  checkPreconditions(call, old, wishes.preconditions);
  const left = removeOne(call, old, wishes);
  return { status: 200, body: left ?? deleted(call, old) };
}

/** DELETE on a collection: takes out what is selected, and answers with what that was. */
export function removeAll(call: Call, selected: readonly JsonObject[]): readonly JsonObject[] {
  const wishes = readWishes(call);
  return selected.map((object) => removeOne(call, object, wishes) ?? object);
}

function readWishes(call: Call): Wishes {
  const options = readOptions(call);
  const dryRun = isDryRun(call, "DeleteOptions", options["dryRun"]);
  const propagation = textOf(options["propagationPolicy"] ?? call.query.get("propagationPolicy"));
  if (propagation !== "" && !POLICIES.includes(propagation)) {
    throw invalidOptions("DeleteOptions", notSupported("propagationPolicy", propagation, POLICIES));
  }
  const grace = options["gracePeriodSeconds"] ?? call.query.get("gracePeriodSeconds");
  if (Number(grace) < 0) {
    throw invalidOptions("DeleteOptions", forbiddenValue("gracePeriodSeconds", "must be greater than or equal to 0"));
  }
  return {
    dryRun,
    propagation,
    graceSeconds: grace === null || grace === undefined ? undefined : Number(grace),
    preconditions: objectOf(options["preconditions"]),
  };
}

function checkPreconditions({ kind }: Call, old: JsonObject, { uid, resourceVersion }: JsonObject): void {
  const now = objectOf(old["metadata"]);
  const compare = (what: string, wanted: string, found: string) => {
    if (wanted === "" || wanted === found) return;
    const why = `the ${what} in the precondition (${wanted}) does not match the ${what} in record (${found}). ` +
      `The object might have been ${what === "UID" ? "deleted and then recreated" : "modified"}`;
    throw conflict(kind, textOf(now["name"]), why, kind.kind);
  };
  compare("UID", textOf(uid), textOf(now["uid"]));
  compare("ResourceVersion", textOf(resourceVersion), textOf(now["resourceVersion"]));
}

/** Takes one object out, or marks it where something keeps it; gives it back then. */
function removeOne(call: Call, old: JsonObject, { dryRun, propagation, graceSeconds }: Wishes): JsonObject | undefined {
  const { kind, store } = call;
  const metadata = objectOf(old["metadata"]);
  const key = keyOf(kind, textOf(metadata["namespace"]), textOf(metadata["name"]));
  const extra = KEEPS[propagation];
  const kept = listOf(metadata["finalizers"]);
  const finalizers = extra === undefined || kept.includes(extra) ? kept : [...kept, extra];
  const isPod = !kind.custom && kind.plural === "pods";
  const isNamespace = !kind.custom && kind.plural === "namespaces";
  // A kubelet would stop the containers first; the one of the fake API has none, and is done at once.
  const scheduled = isPod && textOf(objectOf(old["spec"])["nodeName"]) !== "";
  const grace = scheduled ? graceSeconds ?? Number(objectOf(old["spec"])["terminationGracePeriodSeconds"] ?? 30) : 0;
  if (finalizers.length === 0 && grace === 0 && !isNamespace) {
    if (!dryRun) store.remove(kind, key);
    return isPod ? old : undefined;
  }
  if (metadata["deletionTimestamp"] !== undefined && finalizers.length === kept.length) return old;
  const marked = terminating(call, old, finalizers, grace);
  if (dryRun) return marked;
  const left = store.write(kind, key, kind.custom ? sortedJson(marked) : marked);
  if (finalizers.length === 0 && !isNamespace) {
    queueMicrotask(() => store.get(kind, key) === left && store.remove(kind, key));
  }
  return left;
}

function terminating(call: Call, old: JsonObject, finalizers: readonly Json[], grace: number): JsonObject {
  const metadata = objectOf(old["metadata"]);
  const time = timeOf(call.clock, grace);
  const generation = metadata["generation"];
  const marked: JsonObject = {
    ...metadata,
    deletionTimestamp: metadata["deletionTimestamp"] ?? time,
    ...(call.kind.plural === "namespaces" ? {} : { deletionGracePeriodSeconds: grace }),
    ...(finalizers.length === 0 ? {} : { finalizers }),
    ...(typeof generation === "number" ? { generation: generation + 1 } : {}),
  };
  const phase = call.kind.custom || call.kind.plural !== "namespaces" ? {} : { status: { phase: "Terminating" } };
  return { ...old, ...phase, metadata: marked };
}

/** What is said of an object that is gone. */
function deleted({ kind }: Call, old: JsonObject): JsonObject {
  const { name = "", uid = "" } = objectOf(old["metadata"]);
  return {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Success",
    details: { name, ...(kind.group === "" ? {} : { group: kind.group }), kind: kind.plural, uid },
  };
}
