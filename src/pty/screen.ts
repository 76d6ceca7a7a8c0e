import { type Chunk, type Output, QUEUE_BYTES } from "../process/output.ts";
import { BoundedQueue } from "../streams/bounded_queue.ts";
import type { Bytes } from "../streams/bytes.ts";

/**
 * What a terminal shows, as a web stream. It subscribes at once: a shell greets before anyone can have begun to read.
 * Until then the oldest gives way to the newest, so that a handle nobody reads holds nothing up.
 */
export function screenOf(output: Output): ReadableStream<Bytes> {
  const queue = new ScreenQueue(QUEUE_BYTES);
  output.attach(queue);
  return new ReadableStream<Bytes>({
    async pull(controller) {
      queue.isRead = true;
      const chunk = await queue.next();
      if (chunk === undefined) controller.close();
      else controller.enqueue(chunk.data);
    },
    cancel() {
      queue.cancel();
    },
  }, { highWaterMark: 0 });
}

/** A queue that is never full as long as nobody reads: it forgets. */
class ScreenQueue extends BoundedQueue<Chunk> {
  isRead = false;

  override get isFull(): boolean {
    return this.isRead && super.isFull;
  }

  override push(chunk: Chunk, byteLength: number): void {
    super.push(chunk, byteLength);
    while (!this.isRead && super.isFull) this.take();
  }
}
