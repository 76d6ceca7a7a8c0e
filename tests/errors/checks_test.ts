import { assertEquals, assertThrows } from "@std/assert";
import { checkBoolean, checkCount, checkMilliseconds } from "../../src/errors/checks.ts";

Deno.test("checkMilliseconds() takes 0, fractions and Infinity", () => {
  for (const value of [0, 0.5, 1, 2 ** 40, Infinity]) assertEquals(checkMilliseconds("timeoutMs", value), value);
});

Deno.test("checkMilliseconds() refuses what is no duration, by name", () => {
  for (const value of [-1, NaN, -Infinity]) {
    assertThrows(() => checkMilliseconds("timeoutMs", value), RangeError, "as timeoutMs");
  }
  for (const value of ["5", null, 5n, {}]) {
    assertThrows(() => checkMilliseconds("timeoutMs", value as number), TypeError, "as timeoutMs");
  }
});

Deno.test("checkCount() takes integers and Infinity", () => {
  for (const value of [0, 1, 2 ** 40, Infinity]) assertEquals(checkCount("depth", value), value);
});

Deno.test("checkCount() refuses what is no count, by name", () => {
  for (const value of [-1, 0.5, NaN, -Infinity]) assertThrows(() => checkCount("depth", value), RangeError, "as depth");
  for (const value of ["5", null, {}]) {
    assertThrows(() => checkCount("depth", value as number), TypeError, "as depth");
  }
});

Deno.test("checkBoolean() takes true and false, and refuses the rest by name", () => {
  for (const value of [true, false]) assertEquals(checkBoolean("tree", value), value);
  for (const value of ["true", 1, null, undefined]) {
    assertThrows(() => checkBoolean("tree", value as never), TypeError, `a ${typeof value} as tree`);
  }
});
