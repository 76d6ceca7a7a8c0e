import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { type Frame, FrameReader } from "../../src/connection/stream_reader.ts";
import { SandboxError } from "../../src/errors/sandbox_error.ts";
import { countingFreed } from "../streams/memory.ts";
import { numbered, seeded } from "../streams/random.ts";
import { body, frame, join } from "./frames.ts";

const LIMIT = 1_000;
const CONTEXT = { what: "start command" };

async function read(chunks: readonly Uint8Array[], limit: number = LIMIT): Promise<[number, number[]][]> {
  const reader = new FrameReader(body(chunks).stream, limit, CONTEXT);
  const frames: [number, number[]][] = [];
  for (let next = await reader.next(); next !== undefined; next = await reader.next()) {
    frames.push([next.flags, [...next.data]]);
  }
  return frames;
}

const FRAMES: readonly (readonly [number, Uint8Array])[] = [
  [0, numbered(3)],
  [0, new Uint8Array()],
  [1, numbered(1)],
  [2, numbered(7)],
  [0, new Uint8Array()],
];
const STREAM = join(...FRAMES.map(([flags, data]) => frame(flags, data)));
const EXPECTED = FRAMES.map(([flags, data]) => [flags, [...data]] as [number, number[]]);

Deno.test("FrameReader.next() gives the same frames wherever the stream is split in three", async () => {
  for (let first = 0; first <= STREAM.length; first++) {
    for (let second = first; second <= STREAM.length; second++) {
      const chunks = [STREAM.slice(0, first), STREAM.slice(first, second), STREAM.slice(second)];
      assertEquals(await read(chunks), EXPECTED);
    }
  }
});

Deno.test("FrameReader.next() gives the same frames byte by byte", async () => {
  assertEquals(await read(Array.from(STREAM, (byte) => Uint8Array.of(byte))), EXPECTED);
});

Deno.test("FrameReader.next() gives the same frames for random frames and chunks", async () => {
  const random = seeded(3);
  for (let round = 0; round < 300; round++) {
    const frames = Array.from({ length: random(8) }, () => [random(4), numbered(random(40), round)] as const);
    const whole = join(...frames.map(([flags, data]) => frame(flags, data)));
    const chunks: Uint8Array[] = [];
    for (let at = 0; at < whole.length;) chunks.push(whole.slice(at, at += random(30)));
    assertEquals(await read(chunks), frames.map(([flags, data]) => [flags, [...data]]));
  }
});

Deno.test("FrameReader.next() says undefined for a body without frames", async () => {
  assertEquals(await read([]), []);
  assertEquals(await read([new Uint8Array(), new Uint8Array()]), []);
});

Deno.test("FrameReader.next() gives a view of the chunk where a frame lies within it", async () => {
  const chunk = join(frame(0, numbered(20)), frame(0, numbered(20)));
  const reader = new FrameReader(body([chunk]).stream, LIMIT, CONTEXT);
  const [first, second] = [await reader.next(), await reader.next()] as [Frame, Frame];
  assertStrictEquals(first.data.buffer, chunk.buffer);
  assertStrictEquals(second.data.buffer, chunk.buffer);
});

Deno.test("FrameReader.next() finds a stream that is cut in a header or a payload", async () => {
  const whole = frame(0, numbered(10));
  for (let length = 1; length < whole.length; length++) {
    const reader = new FrameReader(body([frame(0, numbered(2)), whole.slice(0, length)]).stream, LIMIT, CONTEXT);
    assertEquals((await reader.next())?.data.length, 2);
    const error = await assertRejects(() => reader.next(), SandboxError, "cut off in the middle of a frame");
    assertEquals([error.code, error.retryable], ["network", true]);
  }
});

Deno.test("FrameReader.next() takes a frame of the limit, and refuses a larger one by its header alone", async () => {
  assertEquals((await read([frame(0, numbered(LIMIT))]))[0]![1].length, LIMIT);
  for (const declared of [LIMIT + 1, 2 ** 31, 2 ** 32 - 1]) {
    const { Uint8Array: Real } = globalThis;
    const header = frame(0, new Real(), declared);
    const reader = new FrameReader(body([header]).stream, LIMIT, CONTEXT);
    let largest = 0;
    globalThis.Uint8Array = new Proxy(Real, {
      construct(target, [first, ...rest], self) {
        if (typeof first === "number") largest = Math.max(largest, first);
        return Reflect.construct(target, [first, ...rest], self);
      },
    });
    try {
      const error = await assertRejects(() => reader.next(), SandboxError, `a frame of ${declared} bytes`);
      assertEquals(error.code, "protocol");
    } finally {
      globalThis.Uint8Array = Real;
    }
    assertEquals(largest <= LIMIT, true, `${largest} bytes were asked for`);
  }
});

Deno.test("FrameReader.next() rejects with what breaks the body", async () => {
  const failure = new Error("reset");
  const reader = new FrameReader(body([frame(0, numbered(1)), Uint8Array.of(0)], failure).stream, LIMIT, CONTEXT);
  await reader.next();
  assertStrictEquals(await assertRejects(() => reader.next()), failure);
  await reader.cancel();
});

Deno.test("FrameReader.cancel() cuts the body, FrameReader.finish() reads its end", async () => {
  const cut = body([frame(0, numbered(1)), frame(0, numbered(1))]);
  await new FrameReader(cut.stream, LIMIT, CONTEXT).cancel();
  assertEquals(cut.cancelled(), true);

  const ended = body([frame(2, numbered(1))]);
  const reader = new FrameReader(ended.stream, LIMIT, CONTEXT);
  await reader.next();
  await reader.finish();
  assertEquals([ended.cancelled(), await reader.next()], [false, undefined]);

  const more = body([frame(2, numbered(1)), numbered(1), numbered(1)]);
  const other = new FrameReader(more.stream, LIMIT, CONTEXT);
  await other.next();
  await other.finish();
  assertEquals(more.cancelled(), true, "what comes behind the end is not read for ever");
});

Deno.test("FrameReader.take() gives every frame that has arrived, and no promise for it", async () => {
  const whole = join(frame(0, numbered(3)), frame(0, numbered(4)), frame(0, numbered(5)));
  const reader = new FrameReader(
    body([whole.slice(0, 20), whole.slice(20, 23), whole.slice(23)]).stream,
    LIMIT,
    CONTEXT,
  );
  const lengths: number[][] = [];
  while (!reader.isAtEnd) {
    const taken: number[] = [];
    for (let next = reader.take(); next !== undefined; next = reader.take()) taken.push(next.data.length);
    lengths.push(taken);
    if (!reader.isAtEnd) await reader.arrival();
  }
  assertEquals(lengths, [[], [3, 4], [], [5]]);
});

Deno.test("FrameReader keeps no chunk alive while it waits for the next", async () => {
  const chunk = new Uint8Array(100_000);
  chunk.set(frame(0, numbered(20)));
  for (const size of [25, 28]) {
    let push!: (chunk: Uint8Array) => void;
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => void (push = (chunk) => controller.enqueue(chunk)),
    });
    const reader = new FrameReader(stream, LIMIT, CONTEXT);
    let next: Promise<Frame | undefined>;
    const freed = await countingFreed(async (watch) => {
      const { buffer } = chunk.slice();
      watch(buffer);
      push(new Uint8Array(buffer, 0, size));
      assertEquals((await reader.next())?.data.length, 20);
      next = reader.next();
      // What a reader of the stream remembers of its last read goes with the next turn.
      await new Promise((resolve) => setTimeout(resolve, 0));
    });
    assertEquals(freed, 1, `${size - 25} bytes of the next frame`);
    push(size === 25 ? frame(2, numbered(1)) : frame(0, numbered(7)).subarray(3));
    assertEquals((await next!)?.data.length, size === 25 ? 1 : 7);
    await reader.cancel();
  }
});
