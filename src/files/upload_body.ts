import type { IdleLimit } from "../connection/idle_limit.ts";
import { type Bytes, concat } from "../streams/bytes.ts";
import type { Source } from "../streams/source.ts";
import type { Progress } from "./file_options.ts";
import type { UploadForm } from "./upload_form.ts";

/** An upload in one piece, which can be sent again. */
export function wholeBody(form: UploadForm, content: Bytes): Bytes {
  return concat([form.head, content, form.tail]);
}

/** An upload as a Blob, which can be sent again and need not be in memory. */
export function blobBody(form: UploadForm, content: Bytes | Blob): Blob {
  return new Blob([form.head, content, form.tail]);
}

/** An upload that is sent as it is made, and only once. */
export interface StreamedBody {
  readonly stream: ReadableStream<Bytes>;
  /** Whether all of it was handed to the engine. */
  isSent(): boolean;
}

/** An upload that is framed as it leaves. What the source or the callback throws ends the request with that very error. */
export function streamedBody(
  form: UploadForm,
  source: Source,
  limit: IdleLimit,
  onProgress: Progress | undefined,
  totalBytes: number | undefined,
): StreamedBody {
  let begun = false;
  let cancelled = false;
  let sent = false;
  let bytes = 0;
  async function next(): Promise<Bytes | undefined> {
    if (!begun) {
      begun = true;
      if (form.head.byteLength > 0) return form.head;
    }
    const piece = await source.next();
    // A source that was cancelled ends too. Its content must not look whole.
    limit.signal.throwIfAborted();
    if (cancelled) return undefined;
    if (piece !== undefined) {
      bytes += piece.byteLength;
      tell();
      return piece;
    }
    sent = true;
    // At least once, for an empty file.
    if (bytes === 0) tell();
    return form.tail;
  }
  function tell(): void {
    onProgress?.({ bytes, ...(totalBytes !== undefined && { totalBytes }) });
  }
  const stream = new ReadableStream<Bytes>({
    async pull(controller) {
      limit.restart();
      try {
        const piece = await next();
        if (piece === undefined || cancelled) return;
        // An empty piece is the end of a chunked body.
        if (piece.byteLength > 0) controller.enqueue(piece);
      } catch (error) {
        if (cancelled) throw error;
        // An abort from within pull() ends the whole process of a workerd older than November 2026, as in Miniflare.
        await new Promise((resolve) => setTimeout(resolve));
        limit.end(error);
        throw error;
      }
      limit.restart();
      if (sent) controller.close();
    },
    cancel(reason) {
      // The engine gave up, and tells why itself.
      cancelled = true;
      // Bun gives no reason when a signal aborts.
      source.cancel(limit.signal.aborted ? limit.signal.reason : reason);
    },
  });
  return { stream, isSent: () => sent };
}
