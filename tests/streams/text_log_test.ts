import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { type Bytes, concat } from "../../src/streams/bytes.ts";
import { TextLog } from "../../src/streams/text_log.ts";
import { decodeParts, decodeUtf8 } from "../../src/streams/utf8_decoder.ts";
import { countingFreed } from "./memory.ts";
import { seeded } from "./random.ts";

const KIB = 1024;
const encode = (text: string): Bytes => new TextEncoder().encode(text);

/** Adds bytes in chunks of random sizes up to the largest. */
function filled(bytes: Bytes, largest: number, seed = 1): TextLog {
  const random = seeded(seed);
  const log = new TextLog();
  for (let at = 0; at < bytes.length;) {
    const size = 1 + random(largest);
    log.append(bytes.slice(at, at + size));
    at += size;
  }
  return log;
}

/** What it holds, as text and as bytes. */
function both(log: TextLog): { text: string; bytes: Bytes } {
  return { text: log.text + decodeParts(log.rest()), bytes: concat([encode(log.text), ...log.rest()]) };
}

const CONTENTS: Readonly<Record<string, Bytes>> = {
  "ASCII": encode("0123456789abcdef\n".repeat(10_000)),
  "characters of one to four bytes": encode("aé€🦀z".repeat(15_000)),
  "a byte order mark, kept": encode("\uFEFFa".repeat(40_000)),
  "U+FFFD itself": concat([encode("a".repeat(40 * KIB)), encode("\uFFFD"), encode("b".repeat(40 * KIB))]),
  "a wrong byte late": concat([encode("é".repeat(40 * KIB)), Uint8Array.of(0xff), encode("é".repeat(40 * KIB))]),
  "a character that never ends": concat([encode("é".repeat(40 * KIB)), Uint8Array.of(0xf0, 0x9f, 0xa6)]),
  "bytes": Uint8Array.from({ length: 100_000 }, (_, index) => index * 7 + (index >> 8)),
};

for (const [name, bytes] of Object.entries(CONTENTS)) {
  Deno.test(`TextLog holds what came, to the byte, in any chunks: ${name}`, () => {
    for (const largest of [1, 100, 5_000, 16 * KIB, 70_000, Infinity]) {
      const log = filled(bytes, Math.min(largest, bytes.length), largest);
      assertEquals(log.byteLength, bytes.length);
      const left = concat(log.rest()).length;
      if (/one to four|ASCII|mark/.test(name)) assertLessOrEqual(left, 16 * KIB);
      const held = both(log);
      assert(held.text === decodeUtf8(bytes), `text, chunks up to ${largest}`);
      assert(held.bytes.length === bytes.length && held.bytes.every((byte, index) => byte === bytes[index]));
    }
  });
}

Deno.test("TextLog keeps text once, and nothing of its chunks", async () => {
  const log = new TextLog();
  const freed = await countingFreed((watch) => {
    for (let index = 0; index < 20; index++) {
      const chunk = encode("é".repeat(32 * KIB));
      watch(chunk.buffer);
      log.append(chunk);
    }
  });
  assertEquals([freed, log.text.length, log.rest().length], [20, 20 * 32 * KIB, 0]);
});

Deno.test("TextLog makes no small strings of small chunks", () => {
  const log = new TextLog();
  for (let index = 0; index < 15 * KIB; index++) log.append(Uint8Array.of(0x61));
  assertEquals(log.text, "");
  for (let index = 0; index < 25 * KIB; index++) log.append(Uint8Array.of(0x61));
  assertEquals(log.text.length, 32 * KIB);
});

Deno.test("TextLog keeps what came before a wrong byte as text, and the rest as it is", () => {
  const log = new TextLog();
  log.append(encode("a".repeat(20 * KIB)));
  log.append(concat([Uint8Array.of(0xff), encode("b".repeat(20 * KIB))]));
  log.append(encode("c".repeat(20 * KIB)));
  assertEquals(log.text, "a".repeat(20 * KIB));
  assertLessOrEqual(log.rest().length, 2);
});
