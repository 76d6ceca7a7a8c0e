import { checkedObject, contentType, textOfBody } from "./body.ts";
import { type Answer, type Call, keyOf, writerOf } from "./call.ts";
import { isObject, type Json, type JsonObject, objectOf, without } from "./json.ts";
import { jsonPatch, PatchError } from "./json_patch.ts";
import { isSameWriter } from "./managers.ts";
import { managersOf } from "./managing.ts";
import { mergeApplied, mergePatch, removeFields } from "./merge.ts";
import { fieldsOf } from "./field_set.ts";
import { badRequest, refuse, unsupportedMediaType } from "./refusal.ts";
import { prepared } from "./create.ts";
import { schemaOf } from "./schemas/any.ts";
import { checkIdentity, replace, stored } from "./update.ts";
import { save } from "./write.ts";
import { checkPatchOptions, isDryRun, knownFields } from "./write_options.ts";

const JSON_PATCH = "application/json-patch+json";
const MERGE_PATCH = "application/merge-patch+json";
const APPLY_PATCH = "application/apply-patch+yaml";

/** PATCH on an object, or on its status. Strategic merge patches are not understood, of no kind. */
export function patch(call: Call): Answer {
  if (call.target.name === "") throw badRequest("name must be provided");
  const type = contentType(call.headers);
  if (![JSON_PATCH, MERGE_PATCH, APPLY_PATCH].includes(type)) {
    throw unsupportedMediaType([JSON_PATCH, MERGE_PATCH, APPLY_PATCH]);
  }
  checkPatchOptions(call, type === APPLY_PATCH);
  const dryRun = isDryRun(call, "PatchOptions");
  const given = parsed(call);
  if (type === APPLY_PATCH) return apply(call, given, dryRun);
  const old = stored(call);
  const { object, warnings } = knownFields(patched(old, given, type), call);
  checkIdentity(object, old, call.kind, false);
  return { status: 200, body: replace(call, old, checkedObject(object, call), dryRun), warnings };
}

function parsed(call: Call): Json {
  try {
    return JSON.parse(textOfBody(call)) as Json;
  } catch {
    throw badRequest("invalid JSON patch");
  }
}

function patched(old: JsonObject, given: Json, type: string): JsonObject {
  if (type === MERGE_PATCH) {
    if (!isObject(given)) throw badRequest("invalid JSON patch");
    return objectOf(mergePatch(old, given));
  }
  if (!Array.isArray(given)) throw badRequest("invalid JSON patch");
  try {
    return objectOf(jsonPatch(old, given));
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
    throw refuse(422, "Invalid", "the server rejected our request due to an error in our request", { details: {} });
  }
}

/** Server-side apply: what one manager wants, in full. What it wanted before and no longer wants goes. */
function apply(call: Call, given: Json, dryRun: boolean): Answer {
  const { kind, store, target, query } = call;
  if (!isObject(given)) throw badRequest("invalid JSON patch");
  if (objectOf(given["metadata"])["managedFields"] !== undefined) {
    throw badRequest("metadata.managedFields must be nil");
  }
  const { object: known, warnings } = knownFields(checkedObject(given, call), call);
  const object = intentOf(known, call);
  const applied = { object, force: query.get("force") === "true" };
  const writer = writerOf(call, "Apply");
  const old = store.get(kind, keyOf(kind, target.namespace, target.name));
  if (old === undefined) {
    if (target.subresource !== "") stored(call);
    const body = save(call, { object: prepared(object, kind), writer, applied }, dryRun);
    return { status: 201, body, warnings };
  }
  checkIdentity(object, old, kind, false);
  const schema = schemaOf(kind);
  const managers = managersOf(old, kind, true);
  const before = managers.find((manager) => isSameWriter(manager, writer))?.fields ?? new Set<string>();
  const wanted = fieldsOf(object, schema);
  const others = new Set(managers.filter((one) => !isSameWriter(one, writer)).flatMap(({ fields }) => [...fields]));
  const gone = new Set([...before].filter((field) => !wanted.has(field) && !others.has(field)));
  const all = new Set([...wanted, ...others]);
  const merged = objectOf(removeFields(mergeApplied(old, object, schema), gone, all, schema));
  return { status: 200, body: replace(call, old, merged, dryRun, applied), warnings };
}

/** The part of an applied object that the request is about: its status alone, or all but its status. */
function intentOf(object: JsonObject, { kind, target }: Call): JsonObject {
  if (target.subresource !== "status") return kind.status ? without(object, "status") : object;
  const { name, namespace } = objectOf(object["metadata"]);
  const metadata = namespace === undefined ? { name } : { name, namespace };
  return { ...without(object, "spec"), metadata };
}
