import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { bytesOf, byteString, fromData, toData } from "../../../src/testing/cassette/cassette_data.ts";

const PIECES = fc.array(
  fc.oneof(
    fc.uint8Array({ maxLength: 20 }),
    fc.string({ unit: "grapheme", maxLength: 20 }).map((text) => new TextEncoder().encode(text)),
  ),
  { maxLength: 6 },
);

Deno.test("cassette: bytes come back through JSON as they were, cut anywhere", () => {
  fc.assert(fc.property(PIECES, fc.nat(), (pieces, cut) => {
    const bytes = byteString(new Uint8Array(pieces.flatMap((piece) => [...piece])));
    const at = cut % (bytes.length + 1);
    for (const part of [bytes, bytes.slice(0, at), bytes.slice(at)]) {
      assertEquals(fromData(JSON.parse(JSON.stringify(toData(part)))), part);
    }
    assertEquals(byteString(bytesOf(bytes)), bytes);
  }));
});

Deno.test("cassette: text is text, and what is none is base64", () => {
  const data = (text: string) => toData(byteString(new TextEncoder().encode(text)));
  for (const text of ["", "x", "naïve 漢字 🦀\r\n\ttab", "\x1b[31mred\x1b[0m", "\uFEFFmark", '{"a":1}']) {
    assertEquals(data(text), text);
  }
  assertEquals(toData("\0\x01\xff"), { base64: "AAH/" });
  assertEquals(toData("\xed\xa0\x80"), { base64: btoa("\xed\xa0\x80") }, "half of a surrogate pair");
  assertEquals(toData("\xf4\x90\x80\x80"), { base64: btoa("\xf4\x90\x80\x80") }, "beyond Unicode");
  assertEquals(toData("\xc0\x80"), { base64: btoa("\xc0\x80") }, "overlong");
  assertEquals(toData("\0\0\0\0\x0bhello world\xff"), [{ base64: "AAAAAAs=" }, "hello world", { base64: "/w==" }]);
  assertEquals(toData(`hello${"\0".repeat(99)}`), { base64: btoa(`hello${"\0".repeat(99)}`) }, "not worth it");
});
