import type { Metadata } from "../filesystem/metadata.ts";
import { HttpError } from "./http_error.ts";

const PREFIX = "x-metadata-";
const MAX_KEY = 246;
const MAX_TOTAL = 4096;
/** What an attribute costs beside its key and value: `user.e2b.`. */
const OVERHEAD = 9;

/**
 * The metadata that an upload's headers give its files.
 *
 * @throws {HttpError} 400, where it could not be stored as extended attributes
 */
export function readMetadata(headers: Headers): Metadata {
  const metadata: Record<string, string> = {};
  let total = 0;
  for (const [name, value] of headers) {
    if (!name.startsWith(PREFIX)) continue;
    const key = name.slice(PREFIX.length);
    if (key.length > MAX_KEY) throw invalid(`metadata key length ${key.length} exceeds ${MAX_KEY} bytes`);
    requirePrintable(key, value);
    total += OVERHEAD + key.length + value.length;
    metadata[key] = value;
  }
  if (total > MAX_TOTAL) throw invalid(`total metadata size ${total} exceeds ${MAX_TOTAL} bytes`);
  return metadata;
}

function requirePrintable(key: string, value: string): void {
  const offset = value.search(/[^\x20-\x7e]/);
  if (offset < 0) return;
  const byte = value.charCodeAt(offset).toString(16).padStart(2, "0");
  throw invalid(`metadata value for key "${key}" contains non-printable-ASCII byte 0x${byte} at offset ${offset}`);
}

function invalid(what: string): HttpError {
  return new HttpError(400, `invalid metadata: ${what}`);
}
