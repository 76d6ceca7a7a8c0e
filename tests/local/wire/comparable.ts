import { Buffer } from "node:buffer";
import type { Body, Frame, Json, Received } from "./recording.ts";

/** Stands for a value that differs from run to run. */
export const VARIES = "(varies)";

/** What of a response can be compared between two servers. */
export interface Comparable {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Json;
}

/** Reduces a response to that; both sides of a comparison go through here. */
export function toComparable(received: Received): Comparable {
  return {
    status: received.status,
    headers: comparableHeaders(received.headers ?? {}, received.body ?? null),
    body: comparableBody(received.body ?? null),
  };
}

/** `actual`, with what varies in `expected` made equal to it. */
export function maskLike(actual: Json, expected: Json, inBody: boolean = false): Json {
  if (expected === VARIES) return VARIES;
  if (Array.isArray(expected) && Array.isArray(actual)) {
    return actual.map((item, index) => maskLike(item, expected[index], inBody));
  }
  if (!isObject(expected) || !isObject(actual)) return actual;
  const masked = Object.entries(actual).map(([key, value]) => [
    key,
    maskLike(value, expected[key], inBody || key === "body"),
  ]);
  // In a message what varies may also be absent, as zero is in JSON. A header may not.
  const absent = Object.entries(expected).filter(([key, value]) => inBody && value === VARIES && !(key in actual));
  return Object.fromEntries([...masked, ...absent]);
}

function comparableHeaders(headers: Readonly<Record<string, string>>, body: Body): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (["connection", "date", "keep-alive", "transfer-encoding"].includes(name)) continue;
    // Of JSON, of gzip and of texts with a path the length means nothing; of nothing it may be left out.
    if (name === "content-length" && (value === "0" || !isExact(headers, body))) continue;
    kept[name] = name === "allow" ? value.split(/,\s*/).sort().join(", ") : value;
  }
  return kept;
}

function isExact(headers: Readonly<Record<string, string>>, body: Body): boolean {
  if (headers["content-encoding"] !== undefined || headers["content-type"]?.includes("json")) return false;
  if (headers["content-type"]?.includes("proto")) return false;
  return typeof body !== "string" || !body.includes("/");
}

function comparableBody(body: Body): Json {
  if (body === null || typeof body === "string") return body ?? "";
  if (body.frames) return comparableStream(body.frames);
  if (body.sha256 !== undefined) return { length: body.length, sha256: body.sha256 };
  if (body.proto !== undefined) return comparableMessage(body.proto);
  return body.json === undefined ? { base64: body.base64 } : comparableMessage(body.json);
}

/**
 * The output joined by stream, the other events in order, and whether there were keepalives. Equal events of files in a
 * row count as one.
 */
function comparableStream(frames: readonly Frame[]): Json {
  const output: Record<string, Uint8Array[] | typeof VARIES> = {};
  const events: Json[] = [];
  let keepalive = false;
  for (const frame of frames) {
    if (frame.elided) {
      const { stream, repeat, length } = frame.elided;
      output[stream] = [Buffer.alloc(length, repeat)];
      continue;
    }
    const message = frame.json ?? frame.proto;
    if (message?.event?.data) addOutput(output, message.event.data);
    else if (message && ("keepalive" in message || "keepalive" in (message.event ?? {}))) keepalive = true;
    else events.push({ ...comparableMessage(message), compressed: Boolean(frame.flags! & 1) });
    if (message?.filesystem && isSame(events.at(-1), events.at(-2))) events.pop();
  }
  const joined = Object.entries(output).map(([stream, parts]) => [
    stream,
    parts === VARIES ? VARIES : textOf(Buffer.concat(parts)),
  ]);
  return { output: Object.fromEntries(joined), events, keepalive };
}

function addOutput(output: Record<string, Uint8Array[] | typeof VARIES>, data: Record<string, string>): void {
  for (const [stream, base64] of Object.entries(data)) {
    const parts = output[stream] ??= [];
    if (base64 === VARIES) output[stream] = VARIES;
    else if (parts !== VARIES) parts.push(Buffer.from(base64, "base64"));
  }
}

/** Text where it is some, so that paths in it can be read and a difference seen. */
function textOf(bytes: Buffer): string {
  const text = bytes.toString("utf8");
  return Buffer.from(text).equals(bytes) ? text : `base64:${bytes.toString("base64")}`;
}

/** The daemon lists processes in any order. */
function byCommand(a: Json, b: Json): number {
  return JSON.stringify(a.config) < JSON.stringify(b.config) ? -1 : 1;
}

/** Deno's `node:fs` tells times to the millisecond only. */
function comparableMessage(value: Json, key = ""): Json {
  if (key === "modifiedTime" && value !== VARIES) return new Date(value).toISOString();
  if (key === "processes") return value.map((item: Json) => comparableMessage(item)).sort(byCommand);
  if (Array.isArray(value)) return value.map((item) => comparableMessage(item));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, comparableMessage(item, name)]));
}

function isSame(a: Json, b: Json): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function isObject(value: Json): value is Record<string, Json> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
