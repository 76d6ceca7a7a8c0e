import type { Fields } from "./fields.ts";
import { hostReason, type KubeHost } from "./host.ts";

/** A host that is loaded when a file has to be read. */
export type LazyHost = () => Promise<KubeHost>;

/** Something in PEM: as the configuration holds it, or in a file. */
export interface PemField {
  readonly text: string;
  /** Absent for what stands in the configuration itself. */
  readonly path?: string;
}

/** Reads `key` (a path) or `key-data` (base64) of an entry. */
export async function pemField(
  fields: Fields,
  key: string,
  label: RegExp,
  host: LazyHost,
): Promise<PemField | undefined> {
  const data = fields.text(`${key}-data`);
  const file = fields.text(key);
  if (data !== undefined && file !== undefined) {
    throw fields.error(`${key}-data`, `and ${key} are both given`, "Leave one of the two out");
  }
  if (data !== undefined) {
    const text = fromBase64(data);
    if (text === undefined) throw fields.error(`${key}-data`, "is not valid base64");
    if (!label.test(text)) throw fields.error(`${key}-data`, "holds no PEM of the kind that belongs there");
    return { text };
  }
  if (file === undefined) return undefined;
  const path = await pathField(fields, key, file, host);
  const text = await readField(fields, key, path, host);
  if (!label.test(text)) {
    throw fields.error(key, `is file "${path}", which holds no PEM of the kind that belongs there`);
  }
  return { text, path };
}

/** What PEM begins with. */
export const CERTIFICATE: RegExp = /-----BEGIN CERTIFICATE-----/;
/** What PEM of a private key begins with. */
export const PRIVATE_KEY: RegExp = /-----BEGIN ([A-Z]+ )?PRIVATE KEY-----/;

/** Makes the path of a field absolute: it goes from the directory of its file. */
export async function pathField(fields: Fields, key: string, path: string, host: LazyHost): Promise<string> {
  const machine = await host();
  if (fields.source.directory === undefined && !machine.isAbsolute(path)) {
    throw fields.error(
      key,
      "is a relative path, and there is no file that it could be relative to",
      "Make it absolute",
    );
  }
  return machine.resolve(path, fields.source.directory);
}

/** Reads the file that a field names. */
export async function readField(fields: Fields, key: string, path: string, host: LazyHost): Promise<string> {
  const machine = await host();
  return await machine.readText(path).catch((error) => {
    throw fields.error(key, `is file "${path}": ${hostReason(error)}`, "Check the path; on Deno, pass --allow-read");
  });
}

/** Undefined where it is none. Line breaks may stand in it. */
function fromBase64(text: string): string | undefined {
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(text.replace(/\s/g, "")), (char) => char.charCodeAt(0)));
  } catch {
    return undefined;
  }
}

/** A text in UTF-8, and that in base64. */
export function toBase64(text: string): string {
  // One by one: all as arguments of a call are too many where they are the authorities of a whole system.
  return btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(""));
}
