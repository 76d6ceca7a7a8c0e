import { isObject, type Json, type JsonObject, sameJson } from "./json.ts";

/** A patch that does not fit: what is wrong is not told, as the server does not. */
export class PatchError extends Error {
  override readonly name = "PatchError";
}

/** Applies a JSON patch (RFC 6902). Throws a {@linkcode PatchError} where an operation cannot be done. */
export function jsonPatch(target: Json, patch: readonly Json[]): Json {
  return patch.reduce((document: Json, operation) => {
    if (!isObject(operation)) throw new PatchError("An operation is an object");
    return applyOne(document, operation);
  }, target);
}

function applyOne(document: Json, operation: JsonObject): Json {
  const path = pointer(operation["path"]);
  const { value } = operation;
  switch (operation["op"]) {
    case "add":
      return edit(document, path, "add", given(value));
    case "replace":
      return edit(document, path, "replace", given(value));
    case "remove":
      return edit(document, path, "remove", null);
    case "copy":
      return edit(document, path, "add", read(document, pointer(operation["from"])));
    case "move": {
      const from = pointer(operation["from"]);
      return edit(edit(document, from, "remove", null), path, "add", read(document, from));
    }
    case "test":
      if (!sameJson(read(document, path), given(value))) throw new PatchError("A test does not hold");
      return document;
    default:
      throw new PatchError("No such operation");
  }
}

function given(value: Json | undefined): Json {
  if (value === undefined) throw new PatchError("A value is missing");
  return value;
}

function pointer(path: Json | undefined): readonly string[] {
  if (typeof path !== "string" || (path !== "" && !path.startsWith("/"))) throw new PatchError("That is no pointer");
  return path.split("/").slice(1).map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function read(document: Json, path: readonly string[]): Json {
  return path.reduce((value: Json, key) => {
    const member = Array.isArray(value)
      ? value[indexOf(key, value.length - 1)]
      : isObject(value)
      ? value[key]
      : undefined;
    if (member === undefined) throw new PatchError("There is nothing at that path");
    return member;
  }, document);
}

function indexOf(key: string, last: number): number {
  const index = /^(0|[1-9]\d*)$/.test(key) ? Number(key) : Infinity;
  if (index > last) throw new PatchError("There is no such item");
  return index;
}

function edit(document: Json, path: readonly string[], how: "add" | "replace" | "remove", value: Json): Json {
  const [key, ...below] = path;
  if (key === undefined) return value;
  if (below.length > 0) {
    const next = edit(read(document, [key]), below, how, value);
    return Array.isArray(document)
      ? document.with(indexOf(key, document.length - 1), next)
      : { ...(document as JsonObject), [key]: next };
  }
  if (Array.isArray(document)) {
    const added = how === "add";
    const at = added && key === "-" ? document.length : indexOf(key, document.length - (added ? 0 : 1));
    return document.toSpliced(at, added ? 0 : 1, ...(how === "remove" ? [] : [value]));
  }
  if (!isObject(document)) throw new PatchError("There is nothing at that path");
  if (how !== "add") read(document, [key]);
  const { [key]: _, ...rest } = document;
  return how === "remove" ? rest : { ...document, [key]: value };
}
