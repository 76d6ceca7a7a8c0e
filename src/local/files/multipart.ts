import { type Bytes, concat } from "../../streams/bytes.ts";
import { BodyReader, UnexpectedEnd } from "./body_reader.ts";
import { HttpError } from "./http_error.ts";
import { parseMediaType } from "./media_type.ts";

/** A file in a form. */
export interface FilePart {
  /** Its name as sent: in full, with directories. `undefined` where there is none. */
  readonly filename: string | undefined;
  readonly content: AsyncGenerator<Bytes>;
}

const MAX_HEADERS = 64 * 1024;
const encoder = new TextEncoder();
const NEWLINE = encoder.encode("\r\n");
const BLANK_LINE = encoder.encode("\r\n\r\n");
const CLOSE = encoder.encode("--");

/**
 * The parts called `file` of a multipart form, in order; others are skipped.
 *
 * Libraries for this hand out parts by events, several at once, and lose what
 * came before a cut, which the daemon keeps. Here a part is read from the body
 * as its reader reads it, and the next comes after it.
 *
 * @throws {HttpError} in the daemon's words, where the form is malformed
 */
export async function* fileParts(boundary: string, body: ReadableStream<Bytes>): AsyncGenerator<FilePart> {
  // With a line end before the body, every delimiter has one.
  const reader = new BodyReader(body, NEWLINE);
  const delimiter = encoder.encode(`\r\n--${boundary}`);
  try {
    await skip(reader.until(delimiter));
    while (!await reader.startsWith(CLOSE)) {
      const headers = await readHeaders(reader);
      const { type, parameters } = parseMediaType(headers.get("content-disposition") ?? "");
      const content = partContent(reader, delimiter);
      if (type === "form-data" && parameters.get("name") === "file") {
        yield { filename: parameters.get("filename"), content };
      }
      await skip(content);
    }
  } catch (error) {
    if (!(error instanceof UnexpectedEnd)) throw error;
    throw new HttpError(500, "error reading form: multipart: NextPart: EOF");
  } finally {
    reader.discard().catch(() => {});
  }
}

async function* partContent(reader: BodyReader, delimiter: Bytes): AsyncGenerator<Bytes> {
  try {
    yield* reader.until(delimiter);
  } catch (error) {
    if (!(error instanceof UnexpectedEnd)) throw error;
    throw new HttpError(500, "error reading file: unexpected EOF");
  }
}

async function readHeaders(reader: BodyReader): Promise<Map<string, string>> {
  const chunks: Bytes[] = [];
  let length = 0;
  for await (const chunk of reader.until(BLANK_LINE)) {
    length += chunk.byteLength;
    if (length > MAX_HEADERS) throw new HttpError(500, "error reading form: multipart: message too large");
    chunks.push(chunk);
  }
  const headers = new Map<string, string>();
  for (const line of new TextDecoder().decode(concat(chunks)).split("\r\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  return headers;
}

async function skip(bytes: AsyncIterable<Bytes>): Promise<void> {
  for await (const _ of bytes);
}
