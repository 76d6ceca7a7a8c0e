import { assertEquals } from "@std/assert";
import { decodeUtf8, Utf8Decoder } from "../../src/streams/utf8_decoder.ts";
import { seeded } from "./random.ts";

const encode = (text: string) => new TextEncoder().encode(text);

/** What the platform's own incremental decoder makes of it. */
function expected(chunks: readonly Uint8Array[]): string[] {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  return [...chunks.map((chunk) => decoder.decode(chunk, { stream: true })), decoder.decode()];
}

function decoded(chunks: readonly Uint8Array<ArrayBuffer>[], two?: boolean): string[] {
  const decoder = new Utf8Decoder(two);
  return [...chunks.map((chunk) => decoder.decode(chunk)), decoder.flush()];
}

const HOSTILE: Readonly<Record<string, readonly number[]>> = {
  "one to four bytes": [...encode("aé€🦀z")],
  "a byte order mark, kept": [0xef, 0xbb, 0xbf, 0x61, 0xef, 0xbb, 0xbf],
  "overlong, two bytes": [0x61, 0xc0, 0xaf, 0xc1, 0xbf, 0x62],
  "overlong, three bytes": [0xe0, 0x80, 0xaf, 0xe0, 0x9f, 0xbf, 0xe0, 0xa0, 0x80],
  "overlong, four bytes": [0xf0, 0x80, 0x80, 0xaf, 0xf0, 0x8f, 0xbf, 0xbf, 0xf0, 0x90, 0x80, 0x80],
  "surrogates": [0xed, 0xa0, 0x80, 0xed, 0xbf, 0xbf, 0xed, 0x9f, 0xbf],
  "past U+10FFFF": [0xf4, 0x90, 0x80, 0x80, 0xf4, 0x8f, 0xbf, 0xbf, 0xf5, 0x80, 0x80, 0x80],
  "stray continuations": [0x80, 0xbf, 0x80, 0x80, 0x61, 0xbf],
  "cut by ASCII": [0xc3, 0x61, 0xe2, 0x82, 0x62, 0xf0, 0x9f, 0xa6, 0x63],
  "cut by another lead": [0xe2, 0x82, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0xf0, 0x9f, 0xa6, 0x80],
  "unfinished, one byte": [0x61, 0xf0],
  "unfinished, two bytes": [0x61, 0xf0, 0x9f],
  "unfinished, three bytes": [0x61, 0xf0, 0x9f, 0xa6],
  "bytes that are nowhere allowed": [0xfe, 0xff, 0xf8, 0x88, 0x80, 0x80, 0x80],
};

for (const [name, values] of Object.entries(HOSTILE)) {
  Deno.test(`Utf8Decoder.decode() agrees with TextDecoder at every split: ${name}`, () => {
    const bytes = Uint8Array.from(values);
    // Each bit says whether there is a cut behind that byte.
    for (let cuts = 0; cuts < 2 ** (bytes.length - 1); cuts++) {
      const chunks: Uint8Array<ArrayBuffer>[] = [];
      let from = 0;
      for (let at = 1; at <= bytes.length; at++) {
        if (at < bytes.length && !(cuts & (1 << (at - 1)))) continue;
        chunks.push(bytes.slice(from, at));
        from = at;
      }
      assertEquals(decoded(chunks), expected(chunks));
    }
  });
}

Deno.test("Utf8Decoder.decode() agrees with TextDecoder on random bytes and chunks", () => {
  const random = seeded(1);
  const likely = [0x41, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc2, 0xe0, 0xe2, 0xed, 0xf0, 0xf4, 0xff];
  for (let round = 0; round < 2_000; round++) {
    const chunks = Array.from(
      { length: 1 + random(6) },
      () => Uint8Array.from({ length: random(6) }, () => likely[random(likely.length)]!),
    );
    for (const two of [false, true]) assertEquals(decoded(chunks, two), expected(chunks));
  }
});

Deno.test("Utf8Decoder.decode() holds back an unfinished sequence and gives the rest at once", () => {
  const decoder = new Utf8Decoder();
  const crab = encode("🦀");
  assertEquals(decoder.decode(Uint8Array.of(0x61, ...crab.subarray(0, 3))), "a");
  assertEquals(decoder.decode(new Uint8Array()), "");
  assertEquals(decoder.decode(Uint8Array.of(crab[3]!, 0x62)), "🦀b");
  assertEquals(decoder.flush(), "");
});

Deno.test("Utf8Decoder.decode() keeps nothing of a chunk that its owner may change", () => {
  const decoder = new Utf8Decoder();
  const chunk = Uint8Array.of(0xe2, 0x82);
  assertEquals(decoder.decode(chunk), "");
  chunk.fill(0x41);
  assertEquals(decoder.decode(Uint8Array.of(0xac)), "€");
});

Deno.test("Utf8Decoder.flush() gives one U+FFFD for what never became whole, and once only", () => {
  const decoder = new Utf8Decoder();
  decoder.decode(Uint8Array.of(0xf0, 0x9f, 0xa6));
  assertEquals([decoder.flush(), decoder.flush()], ["\uFFFD", ""]);
  assertEquals(decoder.decode(encode("after")), "after");
});

Deno.test("decodeUtf8() keeps a byte order mark and replaces what is wrong", () => {
  assertEquals(decodeUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61, 0xff)), "\uFEFFa\uFFFD");
});
