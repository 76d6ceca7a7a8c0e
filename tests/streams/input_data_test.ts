import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { type InputData, wholeData } from "../../src/streams/input_data.ts";
import { openSource } from "../../src/streams/source.ts";

const BYTES = Uint8Array.of(1, 2, 3, 4);

Deno.test("wholeData() gives what is all there, and nothing for a stream", () => {
  assertEquals(wholeData("ab"), Uint8Array.of(97, 98));
  const blob = new Blob(["ab"]);
  assertStrictEquals(wholeData(blob), blob);
  assertEquals(wholeData(new ReadableStream()), undefined);
  assertEquals(wholeData((async function* () {})()), undefined);
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
  Deno.test(`wholeData() and openSource() refuse ${Deno.inspect(wrong)}`, () => {
    assertThrows(() => wholeData(wrong as InputData), TypeError, "pass a string, an ArrayBuffer or a view of one");
    assertThrows(() => openSource(wrong as InputData), TypeError, "Cannot send");
  });
}
