import { assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { chunksOf, type InputData, wholeData } from "../../src/streams/input_data.ts";

const BYTES = Uint8Array.of(1, 2, 3, 4);

async function collect(data: InputData): Promise<number[]> {
  const values: number[] = [];
  for await (const chunk of chunksOf(data)) values.push(...chunk);
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
  Deno.test(`chunksOf() gives the bytes of ${name}`, async () => {
    assertEquals(await collect(data()), [...BYTES]);
  });
}

Deno.test("chunksOf() encodes a string as UTF-8 and gives no empty chunks", async () => {
  assertEquals(await collect("é€"), [...new TextEncoder().encode("é€")]);
  for (const empty of ["", new Uint8Array(), new Blob([]), iterate(new Uint8Array()), watched([]).stream]) {
    assertEquals(await Array.fromAsync(chunksOf(empty)), []);
  }
});

Deno.test("chunksOf() takes no more of a source than it is asked for", async () => {
  let given = 0;
  const chunks = chunksOf((async function* () {
    while (true) yield Uint8Array.of(given++);
  })());
  assertEquals(given, 0);
  await chunks.next();
  await chunks.next();
  assertEquals(given, 2);
  await chunks.return(undefined);
});

Deno.test("chunksOf() cancels a stream that is left early, and gives it free", async () => {
  const { stream, cancelled } = watched([BYTES, BYTES]);
  for await (const _chunk of chunksOf(stream)) break;
  assertEquals([cancelled(), stream.locked], [true, false]);
});

Deno.test("chunksOf() ends an iterator that is left early", async () => {
  let ended = false;
  const source = (async function* () {
    try {
      while (true) yield BYTES;
    } finally {
      ended = true;
    }
  })();
  for await (const _chunk of chunksOf(source)) break;
  assertEquals(ended, true);
});

Deno.test("chunksOf() cancels a stream that gives nothing more when the signal aborts", async () => {
  const controller = new AbortController();
  const reason = new Error("the process has ended");
  let cancelledWith: unknown;
  const stream = new ReadableStream<Uint8Array>({
    start: (own) => own.enqueue(BYTES),
    cancel: (why) => void (cancelledWith = why),
  });
  const chunks = chunksOf(stream, controller.signal);
  await chunks.next();
  const waiting = chunks.next();
  controller.abort(reason);
  assertEquals([(await waiting).done, cancelledWith === reason, stream.locked], [true, true, false]);
});

Deno.test("chunksOf() takes nothing more of an iterator once the signal is aborted", async () => {
  const reason = new Error("enough");
  let ended = false;
  const source = (async function* () {
    try {
      while (true) yield BYTES;
    } finally {
      ended = true;
    }
  })();
  const error = await assertRejects(() => Array.fromAsync(chunksOf(source, AbortSignal.abort(reason))));
  assertEquals([error === reason, ended], [true, true]);
});

Deno.test("chunksOf() does not cancel a stream that ended, and gives it free", async () => {
  const { stream, cancelled } = watched([BYTES]);
  await collect(stream);
  assertEquals([cancelled(), stream.locked], [false, false]);
});

Deno.test("chunksOf() rejects with the error of its source", async () => {
  const error = new Error("disk gone");
  const stream = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(error) });
  assertStrictEquals(await assertRejects(() => collect(stream)), error);
  assertEquals(stream.locked, false);
});

Deno.test("chunksOf() refuses what is no bytes, and cancels the stream that gave it", async () => {
  for (const wrong of ["text", 5, [1, 2], BYTES.buffer]) {
    const { stream, cancelled } = watched([BYTES, wrong, BYTES, BYTES]);
    await assertRejects(() => collect(stream), TypeError, "a stream must give Uint8Array");
    assertEquals([cancelled(), stream.locked], [true, false]);
  }
  await assertRejects(() => collect(iterate(null as unknown as Uint8Array)), TypeError, "Cannot send null");
});

Deno.test("chunksOf() refuses a stream that someone else reads, and leaves it to them", async () => {
  const { stream, cancelled } = watched([BYTES]);
  const reader = stream.getReader();
  await assertRejects(() => collect(stream), TypeError);
  assertEquals([...(await reader.read()).value!, cancelled()], [...BYTES, false]);
  await reader.cancel();
});

Deno.test("wholeData() gives what is all there, and nothing for a stream", () => {
  assertEquals(wholeData("ab"), Uint8Array.of(97, 98));
  const blob = new Blob(["ab"]);
  assertStrictEquals(wholeData(blob), blob);
  assertEquals(wholeData(watched([]).stream), undefined);
  assertEquals(wholeData(iterate()), undefined);
});

for (
  const wrong of [
    undefined,
    null,
    5,
    true,
    {},
    [1, 2],
    new Date(),
    () => BYTES,
    Object.create(null),
    [BYTES].values(),
  ]
) {
  Deno.test(`wholeData() refuses ${Deno.inspect(wrong)}`, async () => {
    assertThrows(() => wholeData(wrong as InputData), TypeError, "pass a string, an ArrayBuffer or a view of one");
    await assertRejects(() => collect(wrong as InputData), TypeError, "Cannot send");
  });
}
