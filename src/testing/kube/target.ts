/** What a request is about, as its path and its method say it. */
export interface Target {
  readonly group: string;
  readonly version: string;
  /** Empty: at the cluster scope. */
  readonly namespace: string;
  readonly plural: string;
  /** Empty: all of them. */
  readonly name: string;
  readonly subresource: string;
}

/** Reads the path of a request to a resource; nothing where it is a path of another sort, discovery for one. */
export function parseTarget(path: string): Target | undefined {
  const parts = path.split("/").filter((part) => part !== "").map(decoded);
  const [root = "", ...rest] = parts;
  if (root === "api") return below("", rest);
  return root === "apis" ? below(rest[0] ?? "", rest.slice(1)) : undefined;
}

/** A part of a path or of a header, without its percent escapes, if they are any. */
export function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function below(group: string, [version = "", ...rest]: readonly string[]): Target | undefined {
  if (version === "" || rest.length === 0) return undefined;
  const [first = "", second = "", third = ""] = rest;
  const inNamespace = first === "namespaces" && rest.length > 2 && third !== "status" && third !== "finalize";
  const [plural = "", name = "", ...sub] = inNamespace ? rest.slice(2) : rest;
  // RBAC sees a Namespace as something in itself.
  const namespace = first === "namespaces" ? second : "";
  return { group, version, namespace, plural, name, subresource: sub.join("/") };
}

/** What a request does, as rights name it. */
export function verbOf(method: string, { name }: Pick<Target, "name">, query: URLSearchParams): string {
  switch (method) {
    case "GET":
      if (name !== "") return "get";
      return isTrue(query.get("watch")) ? "watch" : "list";
    case "POST":
      return "create";
    case "PUT":
      return "update";
    case "PATCH":
      return "patch";
    case "DELETE":
      return name === "" ? "deletecollection" : "delete";
    default:
      return method.toLowerCase();
  }
}

/** Whether a parameter switches something on. */
export function isTrue(value: string | null): boolean {
  return value !== null && value !== "false" && value !== "0";
}
