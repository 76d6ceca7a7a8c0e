import { assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import type { InputData } from "../../src/streams/input_data.ts";
import { openSource } from "../../src/streams/source.ts";

const BYTES = Uint8Array.of(1, 2, 3, 4);

async function collect(data: InputData): Promise<number[]> {
  const source = openSource(data);
  const values: number[] = [];
  for (let piece = await source.next(); piece !== undefined; piece = await source.next()) values.push(...piece);
  assertEquals(await source.next(), undefined, "the end stays the end");
  source.cancel(new Error("after the end it does nothing"));
  return values;
}

async function* iterate<T>(...items: T[]): AsyncGenerator<T> {
  yield* items;
}

/** A stream that tells how it was ended. */
function watched(chunks: readonly unknown[]): { stream: ReadableStream<Uint8Array>; cancelled(): boolean } {
  let cancelled = false;
  const left = [...chunks];
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      const next = left.shift();
      if (next === undefined) controller.close();
      else controller.enqueue(next as Uint8Array);
    },
    cancel: () => void (cancelled = true),
  });
  return { stream, cancelled: () => cancelled };
}

/** Something with the methods of a stream, as another realm or a polyfill makes it. */
function foreignStream(stream: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  return { getReader: () => stream.getReader() } as ReadableStream<Uint8Array>;
}

const KINDS: Readonly<Record<string, () => InputData>> = {
  "a string": () => "\u0001\u0002\u0003\u0004",
  "an ArrayBuffer": () => BYTES.slice().buffer,
  "a Uint8Array that is part of a buffer": () => Uint8Array.of(9, ...BYTES, 9).subarray(1, 5),
  "a DataView": () => new DataView(BYTES.slice().buffer),
  "a Uint16Array": () => new Uint16Array(BYTES.slice().buffer),
  "a Blob": () => new Blob([BYTES]),
  "a ReadableStream": () => watched([BYTES.slice(0, 1), BYTES.slice(1)]).stream,
  "a stream of another realm": () => foreignStream(watched([BYTES]).stream),
  "an AsyncIterable": () => iterate(BYTES.slice(0, 3), BYTES.slice(3)),
  "an AsyncIterable of other views": () => iterate(new DataView(BYTES.slice().buffer) as unknown as Uint8Array),
};

for (const [name, data] of Object.entries(KINDS)) {
  Deno.test(`openSource() gives the bytes of ${name}`, async () => {
    assertEquals(await collect(data()), [...BYTES]);
  });
}

Deno.test("openSource() encodes a string as UTF-8 and gives no empty pieces", async () => {
  assertEquals(await collect("é€"), [...new TextEncoder().encode("é€")]);
  const empty = new Uint8Array();
  for (const data of ["", empty, new Blob([]), iterate(empty), watched([]).stream, watched([empty, empty]).stream]) {
    assertEquals(await openSource(data).next(), undefined);
  }
  assertEquals(await openSource(watched([empty, BYTES]).stream).next(), BYTES);
});

Deno.test("openSource() gives large chunks in pieces, and views of them", async () => {
  const large = new Uint8Array(600 * 1024).map((_, index) => index % 251);
  for (const data of [large, new Blob([large]), watched([large]).stream, iterate(large)]) {
    const source = openSource(data);
    const pieces: Uint8Array[] = [];
    for (let piece = await source.next(); piece !== undefined; piece = await source.next()) pieces.push(piece);
    assertEquals(pieces.map(({ byteLength }) => byteLength / 1024), [256, 256, 88]);
    assertEquals(await new Blob(pieces as BlobPart[]).bytes(), large);
    if (!(data instanceof Blob)) assertStrictEquals(pieces[1]!.buffer, large.buffer);
  }
});

Deno.test("openSource() gives a chunk that is not large as it is", async () => {
  const chunk = new Uint8Array(256 * 1024);
  for (const data of [watched([chunk]).stream, iterate(chunk)]) {
    assertStrictEquals(await openSource(data).next(), chunk);
  }
});

Deno.test("openSource() takes no more of a source than it is asked for", async () => {
  let given = 0;
  const source = openSource((async function* () {
    while (true) yield Uint8Array.of(given++);
  })());
  assertEquals(given, 0);
  await source.next();
  await source.next();
  assertEquals(given, 2);
  source.cancel(undefined);
});

/** Lets what was begun come to its end. */
async function turns(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
}

Deno.test("Source.cancel() cancels a stream with the reason, and gives it free", async () => {
  const reason = new Error("enough");
  let cancelledWith: unknown;
  const stream = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(BYTES),
    cancel: (why) => void (cancelledWith = why),
  });
  const source = openSource(stream);
  await source.next();
  assertEquals(stream.locked, true);
  source.cancel(reason);
  source.cancel(new Error("not twice"));
  await turns();
  assertEquals([cancelledWith === reason, stream.locked], [true, false]);
});

Deno.test("Source.cancel() ends the wait for a stream that gives nothing more", async () => {
  const reason = new Error("the process has ended");
  let cancelledWith: unknown;
  const stream = new ReadableStream<Uint8Array>({
    start: (own) => own.enqueue(BYTES),
    cancel: (why) => void (cancelledWith = why),
  });
  const source = openSource(stream);
  await source.next();
  const waiting = source.next();
  source.cancel(reason);
  assertEquals([await waiting, cancelledWith === reason], [undefined, true]);
  await turns();
  assertEquals(stream.locked, false);
});

Deno.test("Source.cancel() does not mind a stream whose own end fails", async () => {
  const stream = new ReadableStream<Uint8Array>({ cancel: () => Promise.reject(new Error("theirs")) });
  openSource(stream).cancel(undefined);
  await turns();
  assertEquals(stream.locked, false);
});

Deno.test("Source.cancel() ends an iterator, once", async () => {
  let ended = 0;
  const source = openSource((async function* () {
    try {
      while (true) yield BYTES;
    } finally {
      ended++;
    }
  })());
  await source.next();
  source.cancel(undefined);
  source.cancel(undefined);
  await turns();
  assertEquals(ended, 1);
});

Deno.test("openSource() does not cancel a stream that ended, and gives it free", async () => {
  const { stream, cancelled } = watched([BYTES]);
  await collect(stream);
  assertEquals([cancelled(), stream.locked], [false, false]);
});

Deno.test("openSource() rejects with the error of its source", async () => {
  const error = new Error("disk gone");
  const stream = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(error) });
  assertStrictEquals(await assertRejects(() => collect(stream)), error);
  assertEquals(stream.locked, false);
});

Deno.test("openSource() refuses what is no bytes, and leaves it to its user to give the stream up", async () => {
  for (const wrong of ["text", 5, [1, 2], BYTES.buffer]) {
    const { stream, cancelled } = watched([BYTES, wrong, BYTES, BYTES]);
    const source = openSource(stream);
    await source.next();
    await assertRejects(() => source.next(), TypeError, "a stream must give Uint8Array");
    assertEquals(cancelled(), false);
    source.cancel(undefined);
    await turns();
    assertEquals([cancelled(), stream.locked], [true, false]);
  }
  for (const nothing of [null, undefined]) {
    await assertRejects(() => collect(iterate(nothing as unknown as Uint8Array)), TypeError, "Cannot send");
  }
});

Deno.test("openSource() refuses a stream that someone else reads, and leaves it to them", async () => {
  const { stream, cancelled } = watched([BYTES]);
  const reader = stream.getReader();
  assertThrows(() => openSource(stream), TypeError);
  assertEquals([...(await reader.read()).value!, cancelled()], [...BYTES, false]);
  await reader.cancel();
});
