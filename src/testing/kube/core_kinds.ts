import { type JsonObject, objectOf, textOf } from "./json.ts";
import type { Kind } from "./kinds.ts";
import { kindsOf } from "./make_kind.ts";

const coreKind = kindsOf({ group: "", version: "v1", custom: false });

/** What a field selector compares: a member, found by its path. */
function field(...path: readonly string[]): (object: JsonObject) => string {
  const last = path.at(-1) ?? "";
  return (object) => {
    const value = path.slice(0, -1).reduce((parent, key) => objectOf(parent[key]), object)[last];
    return typeof value === "boolean" ? String(value) : textOf(value);
  };
}

function fields(...paths: readonly string[]): NonNullable<Kind["fields"]> {
  return Object.fromEntries(paths.map((path) => [path, field(...path.split("."))]));
}

/** The built-in kinds that the fake API knows. */
export const CORE_KINDS: readonly Kind[] = [
  coreKind("namespaces", "Namespace", "ns", { namespaced: false, fields: fields("status.phase") }),
  coreKind("pods", "Pod", "po", {
    fields: fields(
      "spec.nodeName",
      "spec.restartPolicy",
      "spec.schedulerName",
      "spec.serviceAccountName",
      "spec.hostNetwork",
      "status.phase",
      "status.podIP",
      "status.nominatedNodeName",
    ),
  }),
  coreKind("events", "Event", "ev", {
    status: false,
    fields: {
      ...fields(
        "involvedObject.kind",
        "involvedObject.namespace",
        "involvedObject.name",
        "involvedObject.uid",
        "involvedObject.apiVersion",
        "involvedObject.resourceVersion",
        "involvedObject.fieldPath",
        "reason",
        "reportingComponent",
        "type",
      ),
      source: field("source", "component"),
    },
  }),
];
