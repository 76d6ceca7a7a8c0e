import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import type { Bytes } from "../../src/streams/bytes.ts";
import { gathered } from "../../src/streams/gather.ts";
import { openSource, type Source } from "../../src/streams/source.ts";

const KIB = 1024;

function piece(byteLength: number, value: number): Bytes {
  return new Uint8Array(byteLength).fill(value);
}

/** A stream that has so many pieces at once. */
function stream(count: number, byteLength: number): ReadableStream<Bytes> {
  let next = 0;
  return new ReadableStream({
    pull(controller) {
      if (next < count) controller.enqueue(piece(byteLength, next++));
      else controller.close();
    },
  });
}

async function lengths(source: Source): Promise<number[]> {
  const found: number[] = [];
  for (let part = await source.next(); part !== undefined; part = await source.next()) found.push(part.byteLength);
  return found;
}

Deno.test("gathered() makes large pieces of those that are there, in order, and loses none", async () => {
  const source = gathered(openSource(stream(40, 16 * KIB)));
  const values: number[] = [];
  const sizes: number[] = [];
  for (let part = await source.next(); part !== undefined; part = await source.next()) {
    sizes.push(part.byteLength / KIB);
    for (let at = 0; at < part.byteLength; at += 16 * KIB) values.push(part[at]!);
  }
  assertEquals(sizes, [256, 256, 128]);
  assertEquals(values, Array.from({ length: 40 }, (_, index) => index));
  assertEquals(await source.next(), undefined, "the end stays the end");
});

Deno.test("gathered() gives no more at a time, whatever the pieces measure", async () => {
  const sizes = await lengths(gathered(openSource(stream(6, 100 * KIB))));
  assertEquals(sizes, [200 * KIB, 200 * KIB, 200 * KIB]);
});

Deno.test("gathered() passes streams of any kind through to the last byte", async () => {
  const kinds = [
    () => stream(20, 1000).pipeThrough(new TransformStream()),
    async function* () {
      for (let at = 0; at < 20; at++) yield piece(1000, at);
    },
  ];
  for (const open of kinds) {
    const sizes = await lengths(gathered(openSource(open())));
    assertEquals(sizes.reduce((sum, size) => sum + size, 0), 20_000);
  }
});

Deno.test("gathered() hands on a large piece as it is", async () => {
  const large = piece(200 * KIB, 1);
  const pieces = [large, piece(1, 2)];
  const source = gathered({ next: () => Promise.resolve(pieces.shift()), cancel() {} });
  assertStrictEquals(await source.next(), large);
  assertEquals(await source.next(), Uint8Array.of(2));
});

Deno.test("gathered() does not wait for a piece that is yet to come", async () => {
  const coming = Promise.withResolvers<Bytes | undefined>();
  const pieces = [Promise.resolve(piece(1, 1)), Promise.resolve(piece(1, 2)), coming.promise];
  let asked = 0;
  const source = gathered({ next: () => pieces[asked++] ?? Promise.resolve(undefined), cancel() {} });
  assertEquals(await source.next(), Uint8Array.of(1, 2));
  assertEquals(asked, 3, "one is asked for in advance");
  const third = source.next();
  coming.resolve(piece(1, 3));
  assertEquals(await third, Uint8Array.of(3));
  assertEquals(asked, 4);
});

Deno.test("gathered() throws an error behind what came before it", async () => {
  const failure = new Error("the disk is gone");
  const pieces = [() => piece(1, 1), () => {
    throw failure;
  }];
  const next = (): Promise<Bytes | undefined> => new Promise((resolve) => resolve(pieces.shift()?.()));
  const source = gathered({ next, cancel() {} });
  assertEquals(await source.next(), Uint8Array.of(1));
  assertStrictEquals(await assertRejects(() => source.next()), failure);
  assertEquals(await source.next(), undefined);
});

Deno.test("gathered() gives up its source while a piece is awaited", async () => {
  const reason = new Error("enough");
  let cancelled: unknown;
  const open = new ReadableStream<Bytes>({
    start: (controller) => controller.enqueue(piece(1, 1)),
    cancel: (reason) => void (cancelled = reason),
  });
  const source = gathered(openSource(open));
  assertEquals(await source.next(), Uint8Array.of(1));
  source.cancel(reason);
  assertStrictEquals(cancelled, reason);
  assertEquals(await source.next(), undefined);
});
