import { type Bytes, NO_BYTES } from "../streams/bytes.ts";

/** What stands around the content of one file in an upload, so that the content itself need not pass through a form. */
export interface UploadForm {
  readonly contentType: string;
  readonly head: Bytes;
  readonly tail: Bytes;
}

/** Nothing around it: half the work for the daemon, where it takes that (0.5.7 and newer). */
export const OCTET_STREAM: UploadForm = { contentType: "application/octet-stream", head: NO_BYTES, tail: NO_BYTES };

const encoder = new TextEncoder();

/** Frames one file. Its name is a constant: the daemon takes `path` from the query, and would take this one literally. */
export function multipart(): UploadForm {
  const boundary = `file-${crypto.randomUUID()}`;
  const disposition = 'Content-Disposition: form-data; name="file"; filename="file"';
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    head: encoder.encode(`--${boundary}\r\n${disposition}\r\nContent-Type: application/octet-stream\r\n\r\n`),
    tail: encoder.encode(`\r\n--${boundary}--\r\n`),
  };
}
