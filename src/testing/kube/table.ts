import { ageOf } from "./duration.ts";
import { type Json, type JsonObject, objectOf, textOf } from "./json.ts";
import type { Column } from "./kinds.ts";
import { metadataOf, type Viewer } from "./present.ts";

const NAME = {
  name: "Name",
  type: "string",
  format: "name",
  description: "Name must be unique within a namespace. Is required when creating resources, although some resources " +
    "may allow a client to request the generation of an appropriate name automatically. Name is primarily intended " +
    "for creation idempotence and configuration definition. Cannot be updated. More info: " +
    "https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names",
  priority: 0,
};

const AGE: Column = { name: "Age", type: "date", path: ["metadata", "creationTimestamp"] };

/** What `kubectl get` prints of objects. */
export function tableOf(items: readonly JsonObject[], metadata: JsonObject, viewer: Viewer): JsonObject {
  const columns = viewer.kind.columns ?? [AGE];
  return {
    kind: "Table",
    apiVersion: "meta.k8s.io/v1",
    metadata,
    columnDefinitions: [NAME, ...columns.map(definitionOf)],
    rows: items.map((item) => ({
      cells: [objectOf(item["metadata"])["name"] ?? "", ...columns.map((column) => cell(item, column, viewer))],
      ...shownIn(item, viewer),
    })),
  };
}

function shownIn(item: JsonObject, { query }: Viewer): JsonObject {
  const include = query.get("includeObject") ?? "Metadata";
  if (include === "None") return {};
  return { object: include === "Object" ? item : metadataOf(item) };
}

function definitionOf({ name, type, path }: Column): JsonObject {
  const json = path.map((part) => `.${part.replaceAll(".", "\\.")}`).join("");
  const description = `Custom resource definition column (in JSONPath format): ${json}`;
  return { name, type, format: "", description, priority: 0 };
}

function cell(item: JsonObject, { path, type }: Column, { clock }: Viewer): Json {
  const value = path.slice(0, -1).reduce((parent, key) => objectOf(parent[key]), item)[path.at(-1) ?? ""];
  if (value === undefined || value === null) return null;
  return type === "date" ? ageOf(textOf(value), clock.now()) : value;
}
