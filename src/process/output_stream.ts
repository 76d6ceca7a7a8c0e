import type { BoundedQueue } from "../streams/bounded_queue.ts";
import type { Bytes } from "../streams/bytes.ts";
import type { Chunk } from "./output.ts";

/**
 * Output as a web stream. It subscribes with the first read, so that a stream nobody reads holds nothing up.
 */
export function outputStream(subscribe: () => BoundedQueue<Chunk>): ReadableStream<Bytes> {
  let queue: BoundedQueue<Chunk> | undefined;
  let cancelled = false;
  return new ReadableStream<Bytes>({
    async pull(controller) {
      queue ??= subscribe();
      const chunk = await queue.next();
      if (cancelled) return;
      if (chunk === undefined) controller.close();
      else controller.enqueue(chunk.data);
    },
    cancel() {
      cancelled = true;
      queue?.cancel();
    },
  }, { highWaterMark: 0 });
}
