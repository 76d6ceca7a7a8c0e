import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { asBytes, concat, NO_BYTES } from "../../src/streams/bytes.ts";

Deno.test("asBytes() is a view of any plain buffer", () => {
  const buffer = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8).buffer;
  for (
    const [data, values] of [
      [buffer, [1, 2, 3, 4, 5, 6, 7, 8]],
      [new Uint8Array(buffer, 2, 3), [3, 4, 5]],
      [new DataView(buffer, 6), [7, 8]],
      [new Uint16Array(buffer, 2, 1), [3, 4]],
    ] as const
  ) {
    const bytes = asBytes(data);
    assertEquals([...bytes], [...values]);
    assertStrictEquals(bytes.buffer, buffer);
  }
});

Deno.test("asBytes() copies a shared buffer", () => {
  const shared = new Uint8Array(new SharedArrayBuffer(4)).fill(9);
  const bytes = asBytes(shared.subarray(1));
  assert(bytes.buffer instanceof ArrayBuffer);
  shared.fill(0);
  assertEquals([...bytes], [9, 9, 9]);
});

Deno.test("concat() joins in order, gives an only part itself, and nothing for none", () => {
  const part = Uint8Array.of(1, 2);
  assertEquals([...concat([part, NO_BYTES, Uint8Array.of(3)])], [1, 2, 3]);
  assertStrictEquals(concat([part]), part);
  assertEquals(concat([]).byteLength, 0);
});

Deno.test("asBytes() gives bytes themselves, but a view of a subclass", () => {
  class Own extends Uint8Array {}
  const [bytes, own] = [new Uint8Array(2), new Own(2)] as const;
  assertStrictEquals(asBytes(bytes), bytes);
  assertStrictEquals(asBytes(own).constructor, Uint8Array);
});
