import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { HeadTailCapture } from "../../src/streams/head_tail_capture.ts";
import { countingFreed } from "./memory.ts";
import { numbered, seeded } from "./random.ts";

const LIMITS = [0, 1, 2, 3, 7, 64, 1_000, 4_097, Infinity];

/** What is to be kept of everything that came. */
function model(all: Uint8Array, limit: number): { bytes: number[]; dropped: number } {
  if (all.byteLength <= limit) return { bytes: [...all], dropped: 0 };
  const tail = Math.floor(limit / 2);
  const head = limit - tail;
  return {
    bytes: [...all.subarray(0, head), ...all.subarray(all.byteLength - tail)],
    dropped: all.byteLength - limit,
  };
}

for (const limit of LIMITS) {
  Deno.test(`HeadTailCapture.bytes() is head and tail of any chunking, limit ${limit}`, () => {
    const random = seeded(limit === Infinity ? 99 : limit);
    for (let round = 0; round < 30; round++) {
      const capture = new HeadTailCapture(limit);
      const largest = [2, 10, 3_000][round % 3]!;
      let came = 0;
      for (let step = 0; step < 60; step++) {
        const chunk = numbered(random(largest), came);
        came += chunk.byteLength;
        capture.push(chunk);
        if (step % 20 !== 0) continue;
        const expected = model(numbered(came), limit);
        assertEquals([...capture.bytes()], expected.bytes);
        assertEquals(capture.droppedBytes, expected.dropped);
      }
      const expected = model(numbered(came), limit);
      assertEquals([...capture.bytes()], expected.bytes);
      assertEquals(capture.droppedBytes, expected.dropped);
    }
  });
}

Deno.test("HeadTailCapture.push() takes what fills it to the byte", () => {
  const capture = new HeadTailCapture(5);
  capture.push(numbered(5));
  assertEquals([capture.droppedBytes, [...capture.bytes()]], [0, [...numbered(5)]]);
  capture.push(numbered(1, 5));
  const all = [...numbered(6)];
  assertEquals([capture.droppedBytes, [...capture.bytes()]], [1, [...all.slice(0, 3), ...all.slice(4)]]);
});

Deno.test("HeadTailCapture.push() keeps nothing of a large chunk but its head and tail", async () => {
  const capture = new HeadTailCapture(10);
  const freed = await countingFreed((watch) => {
    for (let index = 0; index < 3; index++) {
      const chunk = new Uint8Array(1_000_000);
      watch(chunk.buffer);
      capture.push(chunk);
    }
  });
  assertEquals([freed, capture.droppedBytes], [3, 3_000_000 - 10]);
});

Deno.test("HeadTailCapture.push() costs the same for each byte, however many came", () => {
  const capture = new HeadTailCapture(64 * 1024);
  const byte = Uint8Array.of(1);
  const push = (times: number) => {
    const started = performance.now();
    for (let index = 0; index < times; index++) capture.push(byte);
    return performance.now() - started;
  };
  push(100_000);
  const early = push(200_000);
  push(1_000_000);
  // Quadratic work would be several times as slow by now.
  assertLessOrEqual(push(200_000), 20 * Math.max(early, 5));
});

Deno.test("HeadTailCapture.snapshot() decodes a character that lies across head and tail, while all is kept", () => {
  const capture = new HeadTailCapture(4);
  for (const byte of new TextEncoder().encode("🦀")) capture.push(Uint8Array.of(byte));
  assertEquals(capture.snapshot().text, "🦀");
});

Deno.test("HeadTailCapture.snapshot() does not join halves of two characters over a gap", () => {
  const capture = new HeadTailCapture(4);
  // The head ends with E2 82, the tail begins with 82 AC: together they would be a valid character.
  capture.push(Uint8Array.of(0xe2, 0x82, 0x41, 0x41, 0xac, 0x42));
  assertEquals([...capture.bytes()], [0xe2, 0x82, 0xac, 0x42]);
  assertEquals(capture.snapshot().text, "\uFFFD\uFFFDB");
});

Deno.test("HeadTailCapture.snapshot() is text and bytes of any output, whole or not", () => {
  const text = "aé€🦀z".repeat(15_000);
  const all = new TextEncoder().encode(text);
  for (const limit of [20_001, 40_002, all.length - 1, all.length, Infinity]) {
    const random = seeded(5);
    const capture = new HeadTailCapture(limit);
    for (let at = 0, size = 0; at < all.length; at += size) {
      size = 1 + random(9_000);
      capture.push(all.slice(at, at + size));
    }
    const { bytes } = model(all, limit);
    const snapshot = capture.snapshot();
    const head = Math.ceil(limit / 2);
    const decode = (part: number[]) => new TextDecoder().decode(Uint8Array.from(part));
    const expected = capture.droppedBytes === 0 ? text : decode(bytes.slice(0, head)) + decode(bytes.slice(head));
    assertEquals(snapshot.byteLength, bytes.length);
    assert(snapshot.text === expected, `text, limit ${limit}`);
    const own = snapshot.bytes();
    assert(own.every((byte, index) => byte === bytes[index]) && own.length === bytes.length, `bytes, limit ${limit}`);
    assertEquals(own.byteLength, own.buffer.byteLength);
  }
});

Deno.test("HeadTailCapture.snapshot() has bytes of the caller's own, however little there is", () => {
  for (const size of [1, 10, 40_000]) {
    const capture = new HeadTailCapture(Infinity);
    const chunk = numbered(size);
    capture.push(chunk);
    capture.snapshot().bytes().fill(0);
    capture.bytes().fill(0);
    assertEquals([...capture.snapshot().bytes()], [...numbered(size)]);
    assertEquals([...chunk], [...numbered(size)]);
  }
});
