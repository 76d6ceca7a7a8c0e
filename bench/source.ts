/** What both sides upload: a stream of `size` bytes in fresh 64 KiB chunks, as a file gives them. */
export function source(size: number): ReadableStream<Uint8Array<ArrayBuffer>> {
  const chunk = new Uint8Array(64 * 1024).fill(0x61);
  let left = size;
  return new ReadableStream({
    pull(controller) {
      // Copies, not views of one buffer: a client that hoards them must show it in its memory.
      controller.enqueue(chunk.slice(0, left));
      left -= Math.min(left, chunk.length);
      if (left === 0) controller.close();
    },
  });
}
