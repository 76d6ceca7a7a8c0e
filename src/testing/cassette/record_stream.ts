/** What can be seen of a stream that goes by. */
export interface Observer {
  chunk(bytes: Uint8Array): void;
  end(): void;
  failed?(error: unknown): void;
  /** Its reader wants no more. */
  left?(): void;
}

/** The same stream, seen going by: nothing is read before the reader asks, and nothing held back. */
export function observed(stream: ReadableStream<Uint8Array>, see: Observer): ReadableStream<Uint8Array> {
  const reader = stream.getReader();
  let left = false;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (left) return;
        if (done) {
          see.end();
          return controller.close();
        }
        if (ArrayBuffer.isView(value)) see.chunk(value);
        controller.enqueue(value);
      } catch (error) {
        if (!left) see.failed?.(error);
        throw error;
      }
    },
    async cancel(reason) {
      left = true;
      see.left?.();
      await reader.cancel(reason);
    },
  }, { highWaterMark: 0 });
}
