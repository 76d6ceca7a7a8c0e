import type { KubeCallOptions } from "../types.ts";
import type { Query } from "./query.ts";
import type { ApiRequest } from "./requester.ts";

/** A request to any path of the API server. */
export interface KubeRequestInit extends KubeCallOptions {
  /**
   * The HTTP method.
   *
   * @default {"GET"}
   */
  method?: string | undefined;
  /** Values of the query; a list stands for several of one name, and undefined for none. */
  query?: Record<string, string | number | boolean | readonly string[] | undefined> | undefined;
  /** The body: a string is sent as it is, everything else as JSON. */
  body?: unknown;
  /**
   * The type of the body.
   *
   * @default {"application/json"}
   */
  contentType?: string | undefined;
  /**
   * The type that is wanted.
   *
   * @default {"application/json"}
   */
  accept?: string | undefined;
}

/** What may be sent twice. */
const IDEMPOTENT = ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"];

/** Checks a request of the user's own. Throws a `TypeError` or a `RangeError`. */
export function rawRequest(path: string, init: KubeRequestInit): ApiRequest {
  const { method: given = "GET", query, body, contentType, accept } = init;
  const method = checkMethod(given);
  const plain = checkPath(path).split("?")[0]!;
  checkHeader("accept", accept);
  checkHeader("contentType", contentType);
  return {
    what: `${method} ${plain}`,
    method,
    idempotent: IDEMPOTENT.includes(method),
    path,
    query: query as Query | undefined,
    body: textOf(body),
    contentType,
    accept,
    // Of a compressed watch, some engines read no further than the first pause of the server.
    isPlain: isWatch(path, query?.["watch"]),
  };
}

function isWatch(path: string, given: unknown): boolean {
  const values = [given, new URLSearchParams(path.split("?")[1]).get("watch")];
  return values.some((value) => String(value) === "true" || String(value) === "1");
}

function checkMethod(method: string): string {
  if (typeof method !== "string") throw new TypeError(`Cannot use a ${typeof method} as a method: pass a string`);
  const upper = method.toUpperCase();
  if (/^(GET|HEAD|OPTIONS|POST|PUT|PATCH|DELETE)$/.test(upper)) return upper;
  throw new RangeError(`Cannot use ${JSON.stringify(method)} as a method: the API has no such verb`);
}

function checkHeader(name: string, value: string | undefined): void {
  if (value === undefined || (typeof value === "string" && /^[\x20-\x7e]+$/.test(value))) return;
  throw new TypeError(`Cannot use ${JSON.stringify(value)} as ${name}: pass a media type`);
}

/** A path may name anything, but it must not be another one when a URL is made of it. */
function checkPath(path: string): string {
  if (typeof path !== "string" || !path.startsWith("/")) {
    throw new TypeError(`Cannot use ${JSON.stringify(path) ?? typeof path} as a path: it must begin with "/"`);
  }
  const segments = path.split("?")[0]!.split("/").slice(1);
  if (
    /[#\\\s\p{Cc}]/u.test(path) || segments.some((segment) => /^(\.|%2e){1,2}$/i.test(segment)) ||
    segments[0] === ""
  ) {
    throw new RangeError(`Cannot use ${JSON.stringify(path)} as a path: it must have no "..", "#", "\\" or spaces`);
  }
  return path;
}

function textOf(body: unknown): string | undefined {
  if (body === undefined || typeof body === "string") return body as string | undefined;
  if (ArrayBuffer.isView(body) || body instanceof ArrayBuffer || body instanceof ReadableStream) {
    throw new TypeError("Cannot send bytes: pass a string, or what can be sent as JSON");
  }
  return JSON.stringify(body);
}
