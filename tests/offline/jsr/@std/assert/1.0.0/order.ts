import { failure, show } from "./assertion_error.ts";

function check(holds: boolean, actual: unknown, relation: string, expected: unknown, msg?: string) {
  if (!holds) throw failure(`Expected ${show(actual)} ${relation} ${show(expected)}`, msg);
}

export function assertGreater<T>(actual: T, expected: T, msg?: string): void {
  check(actual > expected, actual, ">", expected, msg);
}

export function assertGreaterOrEqual<T>(actual: T, expected: T, msg?: string): void {
  check(actual >= expected, actual, ">=", expected, msg);
}

export function assertLess<T>(actual: T, expected: T, msg?: string): void {
  check(actual < expected, actual, "<", expected, msg);
}

export function assertLessOrEqual<T>(actual: T, expected: T, msg?: string): void {
  check(actual <= expected, actual, "<=", expected, msg);
}

export function assertAlmostEquals(
  actual: number,
  expected: number,
  tolerance?: number,
  msg?: string,
): void {
  const allowed = tolerance ?? (Number.isFinite(expected) ? Math.abs(expected * 1e-7) : 1e-7);
  const near = Object.is(actual, expected) || Math.abs(expected - actual) <= allowed;
  check(near, actual, `within ${allowed} of`, expected, msg);
}

export function assertMatch(actual: string, expected: RegExp, msg?: string): void {
  check(expected.test(actual), actual, "to match", expected, msg);
}

export function assertNotMatch(actual: string, expected: RegExp, msg?: string): void {
  check(!expected.test(actual), actual, "not to match", expected, msg);
}

export function assertStringIncludes(actual: string, expected: string, msg?: string): void {
  check(actual.includes(expected), actual, "to contain", expected, msg);
}
