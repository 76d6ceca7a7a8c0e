import type { Data, DataPart } from "./cassette.ts";

/**
 * Bytes as a string of characters 0 to 255: what patterns are looked for in, whatever the bytes mean. Engines keep it
 * in one byte a character.
 */
export type ByteString = string;

/** How many bytes of text are worth a string of their own between others. */
const WORTHWHILE = 8;
/** `String.fromCharCode` takes no more arguments at once on every engine. */
const STEP = 8192;

/** Bytes as a string of bytes. */
export function byteString(bytes: Uint8Array): ByteString {
  let text = "";
  for (let i = 0; i < bytes.length; i += STEP) {
    // Spreading would take ten times as long.
    text += String.fromCharCode.apply(null, bytes.subarray(i, i + STEP) as unknown as number[]);
  }
  return text;
}

/** A text as its bytes in UTF-8. */
export function utf8(text: string): ByteString {
  return byteString(new TextEncoder().encode(text));
}

/** The bytes of a string of bytes. */
export function bytesOf(text: ByteString): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** The bytes that data stands for. */
export function fromData(data: Data): ByteString {
  if (typeof data === "string") return utf8(data);
  if ("base64" in data) return atob(data.base64);
  return data.map(fromData).join("");
}

/** Data that stands for these bytes: their text as text, where it is more than the rest. */
export function toData(bytes: ByteString): Data {
  const parts: DataPart[] = [];
  let readable = 0;
  let other = 0; // Where the bytes begin that are no text.
  for (let start = 0; start < bytes.length;) {
    const end = endOfText(bytes, start);
    if (end - start >= WORTHWHILE || end - start === bytes.length) {
      if (other < start) parts.push({ base64: btoa(bytes.slice(other, start)) });
      parts.push(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytesOf(bytes.slice(start, end))));
      readable += end - start;
      other = end;
    }
    start = Math.max(end, start + 1);
  }
  if (readable * 2 < bytes.length) return { base64: btoa(bytes) };
  if (other < bytes.length) parts.push({ base64: btoa(bytes.slice(other)) });
  return parts.length === 1 ? parts[0]! : parts.length === 0 ? "" : parts;
}

/** Where the text ends that begins here. */
function endOfText(bytes: ByteString, start: number): number {
  let end = start;
  for (let length = characterAt(bytes, end); length > 0; length = characterAt(bytes, end)) end += length;
  return end;
}

/** How many bytes of UTF-8 the character here has; 0 where there is none that a reader could see. */
function characterAt(bytes: ByteString, at: number): number {
  const lead = bytes.charCodeAt(at);
  if (lead < 0x80) return (lead >= 0x20 && lead !== 0x7f) || "\t\n\r\x1b".includes(bytes[at]!) ? 1 : 0;
  const length = lead >= 0xc2 && lead <= 0xdf
    ? 2
    : lead >= 0xe0 && lead <= 0xef
    ? 3
    : lead >= 0xf0 && lead < 0xf5
    ? 4
    : 0;
  for (let i = 1; i < length; i++) if ((bytes.charCodeAt(at + i) & 0xc0) !== 0x80) return 0;
  const second = bytes.charCodeAt(at + 1);
  const wrong = (lead === 0xe0 && second < 0xa0) || (lead === 0xed && second > 0x9f) ||
    (lead === 0xf0 && second < 0x90) || (lead === 0xf4 && second > 0x8f);
  return wrong ? 0 : length;
}
