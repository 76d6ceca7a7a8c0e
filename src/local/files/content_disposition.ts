import { Buffer } from "node:buffer";

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const PRINTABLE = /^[\t\x20-\x7e]*$/;
/** What an extended value (RFC 2231) carries without an escape. */
const PLAIN_BYTE = /[!#$&+\-.^_`|~0-9A-Za-z]/;

/** `inline` with the file's name: a token, quoted, or encoded, as it needs. */
export function inlineDisposition(name: string): string {
  if (TOKEN.test(name)) return `inline; filename=${name}`;
  if (PRINTABLE.test(name)) {
    return `inline; filename="${name.replace(/["\\]/g, "\\$&")}"`;
  }
  const encoded = [...Buffer.from(name)].map(encodeByte).join("");
  return `inline; filename*=utf-8''${encoded}`;
}

function encodeByte(byte: number): string {
  const char = String.fromCharCode(byte);
  return PLAIN_BYTE.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
}
