import type { FieldSet } from "./field_set.ts";
import { isObject, type JsonObject, sortedJson } from "./json.ts";

interface Node {
  self: boolean;
  readonly below: Map<string, Node>;
}

/** Writes a set of fields as `managedFields` has it. */
export function toFieldsV1(fields: FieldSet): JsonObject {
  const root: Node = { self: false, below: new Map() };
  for (const path of fields) {
    let node = root;
    for (const name of path.split("\0").slice(1)) {
      const next: Node = node.below.get(name) ?? { self: false, below: new Map() };
      node.below.set(name, next);
      node = next;
    }
    node.self = true;
  }
  return sortedJson(written(root));
}

function written(node: Node): JsonObject {
  const below = [...node.below].map(([name, next]): [string, JsonObject] => [name, written(next)]);
  return Object.fromEntries(node.self && below.length > 0 ? [[".", {}], ...below] : below);
}

/** Reads what {@linkcode toFieldsV1} wrote. */
export function fromFieldsV1(fields: JsonObject, path = "", found: Set<string> = new Set()): Set<string> {
  const names = Object.keys(fields);
  if (path !== "" && (names.length === 0 || names.includes("."))) found.add(path);
  for (const name of names) {
    const below = fields[name];
    if (name !== "." && isObject(below)) fromFieldsV1(below, `${path}\0${name}`, found);
  }
  return found;
}
