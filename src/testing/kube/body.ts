import type { Call } from "./call.ts";
import { invalidValue } from "./causes.ts";
import { isObject, type Json, type JsonObject, objectOf, textOf } from "./json.ts";
import { apiVersionOf } from "./kinds.ts";
import { badRequest, invalid, unsupportedMediaType } from "./refusal.ts";

const WRITTEN = ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"];

/** The type of a request's body, without parameters. */
export function contentType(headers: Headers): string {
  return (headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
}

/** The text of a request's body. */
export function textOfBody({ body }: Pick<Call, "body">): string {
  return new TextDecoder().decode(body);
}

/** What Go's reader of JSON says of a text that is none. */
function whyNoJson(text: string, error: unknown): string {
  const early = /end of|EOF|Unterminated/i.test(String(error));
  const first = text.trimStart()[0];
  if (early || first === undefined) return "unexpected end of JSON input";
  const at = Number(/at position (\d+)/.exec(String(error))?.[1] ?? 0);
  return `invalid character '${text[at] ?? first}' looking for beginning of value`;
}

function shortened(text: string): string {
  if (text === "") return "<empty>";
  return text.length > 30 ? `${text.slice(0, 30)} ...` : text;
}

/** Reads the object that a request writes, and sees that it is what the path says. */
export function readObject(call: Call): JsonObject {
  const { kind } = call;
  const type = contentType(call.headers);
  if (type !== "" && type !== "application/json") throw unsupportedMediaType(WRITTEN);
  const text = textOfBody(call);
  const prefix = `the object provided is unrecognized (must be of type ${kind.kind}): `;
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch (error) {
    const why = `couldn't get version/kind; json parse error: ${whyNoJson(text, error)}`;
    throw badRequest(`${prefix}${why} (${shortened(text)})`);
  }
  const object = objectOf(value);
  const which = ["Kind", "apiVersion"].find((key) => textOf(object[key === "Kind" ? "kind" : key]) === "");
  if (which !== undefined) {
    throw badRequest(`${prefix}Object '${which}' is missing in '${JSON.stringify(value)}' (${shortened(text)})`);
  }
  return checkedObject(object, call);
}

/** Sees that an object is what the path says it is, and says where it belongs. */
export function checkedObject(object: JsonObject, { kind, target }: Call): JsonObject {
  const given = textOf(object["apiVersion"]);
  const expected = apiVersionOf(kind);
  if (given !== expected) {
    throw badRequest(
      `the API version in the data (${given}) does not match the expected API version (${expected})`,
    );
  }
  const metadata = objectOf(object["metadata"]);
  const name = textOf(metadata["name"]);
  const kindName = textOf(object["kind"]);
  if (kindName !== kind.kind) {
    throw invalid(kind.group, kindName, name, [invalidValue("kind", kindName, `must be ${kind.kind}`)]);
  }
  const namespace = textOf(metadata["namespace"]);
  if (kind.namespaced && namespace !== "" && namespace !== target.namespace) {
    throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
  }
  if (target.name !== "" && name !== "" && name !== target.name) {
    throw badRequest(`the name of the object (${name}) does not match the name on the URL (${target.name})`);
  }
  return {
    ...object,
    metadata: {
      ...metadata,
      ...(target.name === "" ? {} : { name: target.name }),
      ...(kind.namespaced ? { namespace: target.namespace } : {}),
    },
  };
}

/** Reads a body that may be missing, as a deleting request's may. */
export function readOptions(call: Call): JsonObject {
  const text = textOfBody(call).trim();
  if (text === "") return {};
  const type = contentType(call.headers);
  if (type !== "" && type !== "application/json") throw unsupportedMediaType(WRITTEN);
  try {
    const value = JSON.parse(text) as Json;
    if (isObject(value)) return value;
  } catch {
    // Said below.
  }
  throw badRequest(`couldn't get version/kind; json parse error: ${whyNoJson(text, "")}`);
}
