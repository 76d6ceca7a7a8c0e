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

async function readAll(stream: ReadableStream<Uint8Array>): Promise<Uint8Array<ArrayBuffer>[]> {
  const reader = fillingReader(stream)!;
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  for (let next = await reader.read(); !next.done; next = await reader.read()) chunks.push(next.value!);
  return chunks;
}

Deno.test("fillingReader() reads all bytes, and keeps no more memory than twice what it read", async () => {
  for (
    const [most, sizes] of [
      [Infinity, [4, 8, 16, 32, 64, 26]],
      [40 * KIB, [4, 8, 16, 32, 40, 40, 10]],
      [10 * KIB, [4, 8, ...Array(13).fill(10), 8]],
    ]
  ) {
    const chunks = await readAll(byteStream(150 * KIB, most as number).stream);
    assertEquals(chunks.map(({ byteLength }) => byteLength / KIB), sizes);
    assertEquals(chunks.filter(({ buffer, byteLength }) => buffer.byteLength > 2 * byteLength), []);
    const bytes = await new Blob(chunks).bytes();
    assertEquals(bytes, new Uint8Array(150 * KIB).map((_, index) => index % 251));
  }
});

Deno.test("fillingReader() brings about as much memory as the last chunks took, at least 4 KiB", async () => {
  const offered: number[] = [];
  const lengths = [4096, 8192, 16384, 32768, 33000, 33000, ...Array(60).fill(100), 33000, 33000];
  const left = [...lengths];
  const stream = new ReadableStream({
    type: "bytes",
    pull(controller) {
      const { byteLength } = controller.byobRequest!.view!;
      offered.push(byteLength / KIB);
      if (left[0]! > byteLength) left.splice(0, 1, byteLength, left[0]! - byteLength);
      if (left.length === 0) controller.close();
      controller.byobRequest!.respond(left.shift() ?? 0);
    },
  });
  const chunks = await readAll(stream);
  assertEquals(chunks.reduce((sum, { byteLength }) => sum + byteLength, 0), lengths.reduce((sum, of) => sum + of));
  assertEquals(offered.slice(0, 9), [4, 8, 16, 32, 64, 60, 56, 52, 48]);
  assertEquals(offered.slice(64), [4, 4, 4, 8, 16, 32, 28, 56, 52]);
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
