import type { JsonObject } from "./json.ts";
import { type Kind, resourceName } from "./kinds.ts";

/** One reason why an object is not valid, as a Status lists it. */
export interface Cause {
  readonly reason: string;
  readonly message: string;
  readonly field: string;
}

/** An answer that says no: what is thrown where a request cannot be done. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;
  /** A Status, or a plain text. */
  readonly body: JsonObject | string;
  readonly headers: readonly (readonly [string, string])[];

  constructor(status: number, body: JsonObject | string, headers: readonly (readonly [string, string])[] = []) {
    super(`Refused with ${status}`);
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

/** What more a Status may say. */
export interface StatusParts {
  readonly reason?: string;
  readonly details?: JsonObject;
  readonly metadata?: JsonObject;
}

/** A Status of a failure, its members in the server's order. */
export function failure(code: number, message: string, { reason, details, metadata = {} }: StatusParts): JsonObject {
  return {
    kind: "Status",
    apiVersion: "v1",
    metadata,
    status: "Failure",
    message,
    ...(reason === undefined ? {} : { reason }),
    ...(details === undefined ? {} : { details }),
    code,
  };
}

/** Says no with a Status. */
export function refuse(
  code: number,
  reason: string | undefined,
  message: string,
  { details, metadata, headers }: Omit<StatusParts, "reason"> & { headers?: [string, string][] } = {},
): Refusal {
  const parts: StatusParts = {
    ...(reason === undefined ? {} : { reason }),
    ...(details === undefined ? {} : { details }),
    ...(metadata === undefined ? {} : { metadata }),
  };
  return new Refusal(code, failure(code, message, parts), headers ?? []);
}

/** `details` of a Status about an object; what is empty is left out. */
export function detailsOf(name: string, group: string, kind: string, causes: readonly Cause[] = []): JsonObject {
  return {
    ...(name === "" ? {} : { name }),
    ...(group === "" ? {} : { group }),
    kind,
    ...(causes.length === 0 ? {} : { causes: causes.map((cause) => ({ ...cause })) }),
  };
}

/** The request makes no sense. */
export function badRequest(message: string): Refusal {
  return refuse(400, "BadRequest", message);
}

/** There is no such object. */
export function notFound(kind: Kind, name: string): Refusal {
  return refuse(404, "NotFound", `${resourceName(kind)} "${name}" not found`, {
    details: detailsOf(name, kind.group, kind.plural),
  });
}

/** No part of the API answers at that path. */
export function noSuchPath(): Refusal {
  return new Refusal(404, "404 page not found\n");
}

/** The name is taken. */
export function alreadyExists(kind: Kind, name: string, prefix = ""): Refusal {
  return refuse(409, "AlreadyExists", `${prefix}${resourceName(kind)} "${name}" already exists`, {
    details: detailsOf(name, kind.group, kind.plural),
  });
}

/** Somebody else was faster, or it is not the object that was meant. */
export function conflict(kind: Kind, name: string, why: string, called: string = kind.plural): Refusal {
  const resource = resourceName({ group: kind.group, plural: called });
  return refuse(409, "Conflict", `Operation cannot be fulfilled on ${resource} "${name}": ${why}`, {
    details: detailsOf(name, kind.group, called),
  });
}

/** An object, or the options of a request, break a rule. */
export function invalid(group: string, kind: string, name: string, causes: readonly Cause[]): Refusal {
  const said = causes.map(({ field, message }) => `${field}: ${message}`);
  const subject = resourceName({ group, plural: kind });
  const all = said.length === 1 ? said[0] : `[${said.join(", ")}]`;
  return refuse(422, "Invalid", `${subject} "${name}" is invalid: ${all}`, {
    details: detailsOf(name, group, kind, causes),
  });
}

/** The options of a request break a rule. */
export function invalidOptions(options: string, cause: Cause): Refusal {
  return invalid("meta.k8s.io", options, "", [cause]);
}

/** What a request may not carry as its body. */
export function unsupportedMediaType(accepted: readonly string[]): Refusal {
  const message = "the body of the request was in an unknown format - accepted media types include: ";
  return refuse(415, "UnsupportedMediaType", message + accepted.join(", "));
}

/** That verb means nothing there. */
export function methodNotAllowed(kind: Kind, verb: string): Refusal {
  return refuse(405, "MethodNotAllowed", `${verb} is not supported on resources of kind "${resourceName(kind)}"`, {
    details: detailsOf("", kind.group, kind.plural),
  });
}
