import type { Bytes } from "../streams/bytes.ts";

/** What stands around the content of one file in a form, so that the content itself need not pass through a form. */
export interface Multipart {
  readonly contentType: string;
  readonly head: Bytes;
  readonly tail: Bytes;
}

/** Frames one file. Its name is a constant: the daemon takes `path` from the query, and would take this one literally. */
export function multipart(): Multipart {
  const boundary = `file-${crypto.randomUUID()}`;
  const encoder = new TextEncoder();
  const disposition = 'Content-Disposition: form-data; name="file"; filename="file"';
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    head: encoder.encode(`--${boundary}\r\n${disposition}\r\nContent-Type: application/octet-stream\r\n\r\n`),
    tail: encoder.encode(`\r\n--${boundary}--\r\n`),
  };
}
