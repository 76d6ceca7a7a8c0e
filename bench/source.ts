/**
 * What both sides upload: a stream of `size` bytes in fresh chunks of 16 KiB, as a network gives them.
 *
 * Copies, not views of one buffer: a client that hoards them must show it in its memory. Small ones, because V8 lets some thousand
 * dead buffers lie before it collects them: with 64 KiB each, that garbage of the source alone is more than a client may add.
 */
export function source(size: number): ReadableStream<Uint8Array<ArrayBuffer>> {
  const chunk = new Uint8Array(16 * 1024).fill(0x61);
  let left = size;
  return new ReadableStream({
    pull(controller) {
      controller.enqueue(chunk.slice(0, left));
      left -= Math.min(left, chunk.length);
      if (left === 0) controller.close();
    },
  });
}
