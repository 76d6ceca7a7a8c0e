import { textOfBody } from "./body.ts";
import type { Answer, Call } from "./call.ts";
import { type Json, type JsonObject, objectOf, textOf } from "./json.ts";
import { mergePatch } from "./merge.ts";
import { badRequest, methodNotAllowed, unsupportedMediaType } from "./refusal.ts";
import { replace, stored } from "./update.ts";
import { isDryRun } from "./write_options.ts";

const MERGE_PATCH = "application/merge-patch+json";

/** The sub-resource that says how many there are, and how many there should be. */
export function scale(call: Call, method: string): Answer {
  const old = stored(call);
  if (method === "GET") return { status: 200, body: scaleOf(old) };
  const given = parsed(call);
  if (method === "PATCH" && !(call.headers.get("content-type") ?? "").startsWith(MERGE_PATCH)) {
    throw unsupportedMediaType([MERGE_PATCH]);
  }
  if (method !== "PUT" && method !== "PATCH") {
    throw methodNotAllowed(call.kind, method === "POST" ? "create" : "delete");
  }
  const wanted = objectOf(method === "PATCH" ? mergePatch(scaleOf(old), given) : given);
  const replicas = objectOf(wanted["spec"])["replicas"] ?? 0;
  const object = { ...old, spec: { ...objectOf(old["spec"]), replicas } };
  const dryRun = isDryRun(call, method === "PUT" ? "UpdateOptions" : "PatchOptions");
  return { status: 200, body: scaleOf(replace(call, old, object, dryRun)) };
}

function parsed(call: Call): Json {
  try {
    return JSON.parse(textOfBody(call) || "{}") as Json;
  } catch {
    throw badRequest("invalid JSON patch");
  }
}

function scaleOf(object: JsonObject): JsonObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = objectOf(object["metadata"]);
  const status = objectOf(object["status"]);
  const replicas = objectOf(object["spec"])["replicas"] ?? 0;
  const selector = textOf(status["selector"]);
  return {
    kind: "Scale",
    apiVersion: "autoscaling/v1",
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    // The server leaves out a zero here, and not in the status.
    spec: replicas === 0 ? {} : { replicas },
    status: { replicas: status["replicas"] ?? 0, ...(selector === "" ? {} : { selector }) },
  };
}
