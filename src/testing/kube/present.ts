import type { Call } from "./call.ts";
import { type JsonObject, objectOf } from "./json.ts";
import { apiVersionOf } from "./kinds.ts";
import { tableOf } from "./table.ts";

/** What decides how objects are shown. */
export type Viewer = Pick<Call, "kind" | "form" | "query" | "clock">;

/** An object as the client asked to see it. */
export function present(object: JsonObject, viewer: Viewer): JsonObject {
  switch (viewer.form) {
    case "object":
      return object;
    case "metadata":
      return metadataOf(object);
    case "table":
      return tableOf([object], { resourceVersion: objectOf(object["metadata"])["resourceVersion"] ?? "" }, viewer);
  }
}

/** A list as the client asked to see it. */
export function presentList(items: readonly JsonObject[], metadata: JsonObject, viewer: Viewer): JsonObject {
  const { kind, form } = viewer;
  const { continue: next = "", ...rest } = metadata;
  const shown = next === "" ? rest : { ...rest, continue: next };
  if (form === "table") return tableOf(items, shown, viewer);
  if (form === "metadata") {
    const head = { kind: "PartialObjectMetadataList", apiVersion: "meta.k8s.io/v1", metadata: shown };
    return { ...head, items: items.map(metadataOf) };
  }
  const [list, apiVersion] = [`${kind.kind}List`, apiVersionOf(kind)];
  if (kind.custom) return { apiVersion, items, kind: list, metadata: { continue: next, ...rest } };
  // The items of a built-in list do not say what they are.
  return { kind: list, apiVersion, metadata: shown, items: items.map(({ kind: _, apiVersion: __, ...item }) => item) };
}

const METADATA = [
  "name",
  "generateName",
  "namespace",
  "uid",
  "resourceVersion",
  "generation",
  "creationTimestamp",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
  "labels",
  "annotations",
  "ownerReferences",
  "finalizers",
  "managedFields",
];

/** The metadata of an object, in place of it. */
export function metadataOf(object: JsonObject): JsonObject {
  const metadata = objectOf(object["metadata"]);
  const shown = METADATA.filter((key) => metadata[key] !== undefined).map((key) => [key, metadata[key]]);
  return { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: Object.fromEntries(shown) };
}
