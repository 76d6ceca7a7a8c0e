import type { ByteString } from "./cassette_data.ts";

/**
 * Overwrites secrets in a request that is to be answered: no byte, so that asterisks that a program sends are not taken
 * for a secret.
 */
export const MARK = "\uE000";
/** Secrets with what they touch. What was masked has the length of the secret, which may be another one now. */
const MARKED = /\**\uE000[*\uE000]*/g;
const MASKED = /[*\uE000]{3,}/g;
/** Messages are not nested deeper. */
const DEPTH = 8;

/** Whether a recorded body is that of a request, whose secrets are marked. */
export function isAlike(recorded: string, now: string): boolean {
  if (recorded === now || !now.includes(MARK)) return recorded === now;
  const escaped = now.split(MARKED).map((text) => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  return new RegExp(`^${escaped.join("\\*+")}$`).test(recorded);
}

/** A text with secrets of one length: what it is shown as, and what a path is compared by. */
export function withShortMasks(text: string): string {
  return text.replace(MASKED, "***");
}

/**
 * A body as it is compared, and shown where it differs. A message of protobuf, which puts lengths before everything, is
 * written out by its field numbers.
 */
export function canonicalBody(body: ByteString, contentType: string): string {
  if (contentType.startsWith("application/proto")) return message(body, 0) ?? JSON.stringify(body);
  if (contentType.startsWith("application/connect+proto")) return frames(body);
  return body;
}

function frames(body: ByteString): string {
  const payload = body.slice(5);
  const isOne = body.length >= 5 && body.charCodeAt(4) === (payload.length & 0xff);
  return isOne ? `${body.charCodeAt(0)}:${message(payload, 0) ?? JSON.stringify(payload)}` : JSON.stringify(body);
}

/** The fields of a message, or undefined where it is none. */
function message(bytes: ByteString, depth: number): string | undefined {
  const fields: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const tag = varint(bytes, at);
    if (tag === undefined || tag.value < 8) return undefined;
    const number = Math.floor(tag.value / 8);
    const value = fieldValue(bytes, tag.end, tag.value % 8, depth);
    if (value === undefined) return undefined;
    fields.push(`${number}${value.text}`);
    at = value.end;
  }
  return fields.join(" ");
}

function fieldValue(
  bytes: ByteString,
  at: number,
  type: number,
  depth: number,
): { readonly text: string; readonly end: number } | undefined {
  const fixed = { 1: 8, 5: 4 }[type];
  if (fixed !== undefined) {
    return at + fixed <= bytes.length
      ? { text: `=${JSON.stringify(bytes.slice(at, at + fixed))}`, end: at + fixed }
      : undefined;
  }
  const number = varint(bytes, at);
  if (number === undefined) return undefined;
  if (type === 0) return { text: `=${number.value}`, end: number.end };
  const end = number.end + number.value;
  if (type !== 2 || end > bytes.length) return undefined;
  const inner = bytes.slice(number.end, end);
  const nested = depth < DEPTH && looksNested(inner) ? message(inner, depth + 1) : undefined;
  return { text: nested === undefined ? JSON.stringify(inner) : `(${nested})`, end };
}

/** Text may by chance read like a message, but nobody's text begins with such a tag: these are control characters. */
function looksNested(bytes: ByteString): boolean {
  return bytes !== "" && bytes.charCodeAt(0) < 0x20;
}

function varint(bytes: ByteString, start: number): { readonly value: number; readonly end: number } | undefined {
  let value = 0;
  for (let at = start, scale = 1; at < bytes.length && scale < 2 ** 53; at++, scale *= 128) {
    const byte = bytes.charCodeAt(at);
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return { value, end: at + 1 };
  }
  return undefined;
}
