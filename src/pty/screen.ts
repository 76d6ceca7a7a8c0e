import { type Chunk, type Output, QUEUE_BYTES } from "../process/output.ts";
import { BoundedQueue } from "../streams/bounded_queue.ts";
import type { Bytes } from "../streams/bytes.ts";

/** What a terminal shows, as a web stream. */
export function screenOf(queue: ScreenQueue): ReadableStream<Bytes> {
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

/**
 * What a terminal shows and nobody has read yet, from its start on: a shell greets before anyone can have begun to
 * read. Until then the oldest gives way to the newest, so that a handle nobody reads holds nothing up.
 */
export class ScreenQueue extends BoundedQueue<Chunk> {
  /** Whether anyone has begun to read. */
  isRead = false;

  /** Follows an output. */
  constructor(output: Output) {
    super(QUEUE_BYTES);
    output.attach(this);
  }

  override get isFull(): boolean {
    return this.isRead && super.isFull;
  }

  override push(chunk: Chunk, byteLength: number): void {
    super.push(chunk, byteLength);
    while (!this.isRead && super.isFull) this.take();
  }
}
