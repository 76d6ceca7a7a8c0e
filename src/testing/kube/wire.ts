import type { Duplex } from "node:stream";
import type { JsonObject } from "./json.ts";
import type { Refusal } from "./refusal.ts";
import type { HeaderValues } from "./users.ts";

/** A request, however it came. */
export interface Incoming {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  /** The values of a header, line by line. */
  readonly values: HeaderValues;
  readonly body: Uint8Array;
  readonly signal?: AbortSignal;
  /** Whether a request without a token is the first user's, as behind `kubectl proxy`. */
  readonly open: boolean;
  /** Whether it came as one that wants a WebSocket, on a connection that can become one. */
  readonly canUpgrade?: boolean;
}

/** The body of an answer. */
export type OutgoingBody = Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array<ArrayBuffer>>;

/** An answer, however it goes. */
export interface Outgoing {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: OutgoingBody;
  /** The connection breaks after so many bytes; 0: before the head. */
  readonly cutAfterBytes?: number;
  /** Of 101: what is done on the connection then, with what has come on it already. */
  readonly upgrade?: (stream: Duplex, head: Uint8Array) => void;
}

/** The largest body that the API server reads, in bytes. */
export const MAX_BODY: number = 3 * 1024 * 1024;

/** A header of an answer. */
export type Header = readonly [string, string];

/** Whether JSON is written for human eyes: browsers, curl and Wget get it so. */
function isPretty({ url, headers }: Incoming): boolean {
  const asked = url.searchParams.get("pretty");
  if (asked !== null) return asked !== "false" && asked !== "0";
  return /^(Mozilla\/5\.0|curl|Wget)/.test(headers.get("user-agent") ?? "");
}

/** Encodes the body of an answer, and says what it is. */
export function encodeBody(
  body: JsonObject | string,
  incoming: Incoming,
): readonly [Header[], Uint8Array<ArrayBuffer>] {
  if (typeof body === "string") {
    const headers: Header[] = [["content-type", "text/plain; charset=utf-8"], ["x-content-type-options", "nosniff"]];
    return [headers, new TextEncoder().encode(body)];
  }
  const text = JSON.stringify(body, null, isPretty(incoming) ? 2 : undefined);
  return [[["content-type", "application/json"]], new TextEncoder().encode(text)];
}

/** The answer that says no. */
export function refusalAnswer(refusal: Refusal, incoming: Incoming, common: readonly Header[]): Outgoing {
  const { status, body, headers } = refusal;
  const given = headers.find(([name]) => name === "content-type");
  if (typeof body === "string" && given !== undefined) {
    // No text: its characters are bytes.
    return { status, headers: [...common, ...headers], body: Uint8Array.from(body, (c) => c.charCodeAt(0)) };
  }
  const [described, bytes] = encodeBody(body, incoming);
  const names = new Set(headers.map(([name]) => name));
  const all = [...common, ...described.filter(([name]) => !names.has(name)), ...headers];
  return { status, headers: all, body: bytes };
}

/** The `Warning` headers of an answer. */
export function warningHeaders(warnings: readonly string[]): readonly Header[] {
  return warnings.map((warning) => ["warning", `299 - ${JSON.stringify(warning)}`]);
}
