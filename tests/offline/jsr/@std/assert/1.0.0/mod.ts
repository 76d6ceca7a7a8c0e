/**
 * Stands in for `@std/assert` where the JSR registry cannot be reached: the same names and signatures, our own code,
 * only what the tests of this repository use.
 *
 * @module
 */

export { AssertionError } from "./assertion_error.ts";
export { equal } from "./equal.ts";
export {
  assert,
  assertExists,
  assertFalse,
  assertInstanceOf,
  assertNotInstanceOf,
  assertNotStrictEquals,
  assertStrictEquals,
  fail,
  unreachable,
} from "./identity.ts";
export { assertArrayIncludes, assertEquals, assertNotEquals, assertObjectMatch } from "./structure.ts";
export {
  assertAlmostEquals,
  assertGreater,
  assertGreaterOrEqual,
  assertLess,
  assertLessOrEqual,
  assertMatch,
  assertNotMatch,
  assertStringIncludes,
} from "./order.ts";
export { assertRejects, assertThrows } from "./throwing.ts";
