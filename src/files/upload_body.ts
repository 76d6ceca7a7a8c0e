import type { IdleLimit } from "../connection/idle_limit.ts";
import { type Bytes, concat } from "../streams/bytes.ts";
import { gathered } from "../streams/gather.ts";
import type { Source } from "../streams/source.ts";
import { piecesAreDear } from "./engine.ts";
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
  const pieces = piecesAreDear ? gathered(source) : source;
  let cancelled = false;
  let sent = false;
  let bytes = 0;
  function tell(): void {
    onProgress?.({ bytes, ...(totalBytes !== undefined && { totalBytes }) });
  }
  // An empty piece is the end of a chunked body.
  function pass(controller: ReadableStreamDefaultController<Bytes>, piece: Bytes): void {
    if (piece.byteLength > 0) controller.enqueue(piece);
  }
  const stream = new ReadableStream<Bytes>({
    start: (controller) => pass(controller, form.head),
    async pull(controller) {
      limit.restart();
      try {
        const piece = await pieces.next();
        // A source that was cancelled ends too. Its content must not look whole.
        limit.signal.throwIfAborted();
        if (cancelled) return;
        sent = piece === undefined;
        bytes += piece?.byteLength ?? 0;
        // At least once, for an empty file.
        if (!sent || bytes === 0) tell();
        // By the callback, for one.
        if (cancelled) return;
        pass(controller, piece ?? form.tail);
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
      pieces.cancel(limit.signal.aborted ? limit.signal.reason : reason);
    },
  });
  return { stream, isSent: () => sent };
}
