import { assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { chunkReader, fillingReader } from "../../src/streams/chunk_reader.ts";

const KIB = 1024;

/** A stream of bytes that gives as much as fits, up to so many at a time. */
function byteStream(size: number, most: number): { stream: ReadableStream<Uint8Array>; cancelledWith(): unknown } {
  let [given, reason]: [number, unknown] = [0, undefined];
  const stream = new ReadableStream({
    type: "bytes",
    pull(controller) {
      const request = controller.byobRequest!;
      const view = new Uint8Array(request.view!.buffer, request.view!.byteOffset, request.view!.byteLength);
      const count = Math.min(view.byteLength, most, size - given);
      for (let i = 0; i < count; i++) view[i] = (given + i) % 251;
      given += count;
      if (count === 0) controller.close();
      request.respond(count);
    },
    cancel: (why) => void (reason = why),
  });
  return { stream, cancelledWith: () => reason };
}

Deno.test("fillingReader() reads all bytes, and keeps no more memory than twice what it read", async () => {
  for (
    const [most, sizes] of [[Infinity, [64, 64, 22]], [40 * KIB, [40, 40, 40, 30]], [10 * KIB, Array(15).fill(10)]]
  ) {
    const reader = fillingReader(byteStream(150 * KIB, most as number).stream)!;
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    for (let next = await reader.read(); !next.done; next = await reader.read()) chunks.push(next.value!);
    assertEquals(chunks.map(({ byteLength }) => byteLength / KIB), sizes);
    assertEquals(chunks.filter(({ buffer, byteLength }) => buffer.byteLength > 2 * byteLength), []);
    const bytes = await new Blob(chunks).bytes();
    assertEquals(bytes, new Uint8Array(150 * KIB).map((_, index) => index % 251));
  }
});

Deno.test("fillingReader() cancels with the reason, and gives the stream free", async () => {
  const { stream, cancelledWith } = byteStream(10, 5);
  const reader = fillingReader(stream)!;
  await reader.read();
  await reader.cancel("enough");
  reader.releaseLock();
  assertEquals([cancelledWith(), stream.locked], ["enough", false]);
});

Deno.test("fillingReader() rejects with the error of the stream", async () => {
  const error = new Error("disk gone");
  const stream = new ReadableStream({ type: "bytes", pull: (controller) => controller.error(error) });
  assertStrictEquals(await assertRejects(() => fillingReader(stream)!.read()), error);
});

Deno.test("fillingReader() leaves a stream alone that is not one of bytes, or is read by someone else", () => {
  const stream = new ReadableStream<Uint8Array>();
  assertEquals([fillingReader(stream), stream.locked], [undefined, false]);
  const taken = byteStream(1, 1).stream;
  taken.getReader();
  assertEquals(fillingReader(taken), undefined);
  assertThrows(() => chunkReader(taken), TypeError);
});
