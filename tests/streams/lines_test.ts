import { assertEquals } from "@std/assert";
import { LINE_LIMIT, LineDecoder, LineSplitter } from "../../src/streams/lines.ts";

/** The lines of a text that comes in parts. */
function split(...parts: readonly string[]): string[] {
  const splitter = new LineSplitter();
  return [...parts.flatMap((part) => splitter.split(part)), ...splitter.flush()];
}

Deno.test("LineSplitter ends a line at \\n and \\r\\n, wherever a part ends", () => {
  const text = "one\r\n\ntwo\rhalves\n\r\nlast\r";
  const lines = ["one", "", "two\rhalves", "", "last\r"];
  for (let size = 1; size <= text.length; size++) {
    const parts = Array.from({ length: Math.ceil(text.length / size) }, (_, i) => text.slice(i * size, (i + 1) * size));
    assertEquals(split(...parts), lines, `parts of ${size}`);
  }
});

Deno.test("LineSplitter has no line where there is no text, and none behind the last terminator", () => {
  assertEquals(split(), []);
  assertEquals(split(""), []);
  assertEquals(split("one\n"), ["one"]);
  assertEquals(split("\n"), [""]);
});

Deno.test("LineSplitter gives a line as soon as it is complete", () => {
  const splitter = new LineSplitter();
  assertEquals(splitter.split("on"), []);
  assertEquals(splitter.split("e\ntw"), ["one"]);
  assertEquals(splitter.split("o"), []);
  assertEquals(splitter.flush(), ["two"]);
  assertEquals(splitter.flush(), []);
});

Deno.test("LineSplitter cuts what is too long into pieces, the same wherever a part ends", () => {
  const long = "x".repeat(LINE_LIMIT);
  for (const end of ["\n", "\r\n", ""]) {
    for (const pieces of [[long], [long, "y"], [long, long]]) {
      const line = pieces.join("");
      for (const at of [LINE_LIMIT - 1, LINE_LIMIT, LINE_LIMIT + 1, LINE_LIMIT + 2]) {
        const text = line + end;
        assertEquals(split(text.slice(0, at), text.slice(at)), pieces);
        assertEquals(split(text, "after"), end === "" ? split(`${text}after`) : [...pieces, "after"]);
      }
    }
  }
});

Deno.test("LineSplitter keeps no more than one piece of a line that never ends", () => {
  const splitter = new LineSplitter();
  let length = 0;
  for (let part = 0; part < 40; part++) {
    length += splitter.split("x".repeat(100_000)).join("").length;
    const kept = (part + 1) * 100_000 - length;
    if (kept > LINE_LIMIT + 1) throw new Error(`${kept} are kept`);
  }
  assertEquals(length + splitter.flush().join("").length, 4_000_000);
});

Deno.test("LineSplitter cuts no character apart", () => {
  assertEquals(split(`${"x".repeat(LINE_LIMIT - 1)}🦀y\n`), ["x".repeat(LINE_LIMIT - 1), "🦀y"]);
});

Deno.test("LineDecoder takes characters that are cut, and says where one never became whole", () => {
  const bytes = new TextEncoder().encode("grün\n€🦀");
  for (let at = 0; at < bytes.length; at++) {
    const decoder = new LineDecoder();
    const lines = [...decoder.decode(bytes.slice(0, at)), ...decoder.decode(bytes.slice(at)), ...decoder.flush()];
    assertEquals(lines, ["grün", "€🦀"]);
  }
  const decoder = new LineDecoder();
  assertEquals(decoder.decode(bytes.slice(0, 3)), []);
  assertEquals(decoder.flush(), ["gr\uFFFD"]);
});
