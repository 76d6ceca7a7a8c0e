import { failure, show } from "./assertion_error.ts";
import { equal } from "./equal.ts";

type ArrayLikeArg<T> = ArrayLike<T> & object;

export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  if (!equal(actual, expected)) {
    throw failure(`Values are not equal\nactual:   ${show(actual)}\nexpected: ${show(expected)}`, msg);
  }
}

export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void {
  if (equal(actual, expected)) throw failure(`Expected something else than ${show(expected)}`, msg);
}

export function assertArrayIncludes<T>(
  actual: ArrayLikeArg<T>,
  expected: ArrayLikeArg<T>,
  msg?: string,
): void {
  const members = Array.from(actual);
  const missing = Array.from(expected).filter((value) => !members.some((member) => equal(member, value)));
  if (missing.length > 0) throw failure(`Expected ${show(actual)} to include ${show(missing)}`, msg);
}

function isPlain(value: unknown): value is Record<PropertyKey, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) &&
    [null, Object.prototype].includes(Object.getPrototypeOf(value));
}

function matches(actual: unknown, expected: unknown): boolean {
  if (isPlain(expected) && typeof actual === "object" && actual !== null) {
    return Reflect.ownKeys(expected).every((key) =>
      Reflect.has(actual, key) && matches(Reflect.get(actual, key), expected[key])
    );
  }
  if (Array.isArray(expected) && Array.isArray(actual)) {
    return expected.every((member, index) => index in actual && matches(actual[index], member));
  }
  return equal(actual, expected);
}

export function assertObjectMatch(
  // deno-lint-ignore no-explicit-any
  actual: Record<PropertyKey, any>,
  expected: Record<PropertyKey, unknown>,
  msg?: string,
): void {
  if (!matches(actual, expected)) {
    throw failure(`Object does not match\nactual:   ${show(actual)}\nexpected: ${show(expected)}`, msg);
  }
}
