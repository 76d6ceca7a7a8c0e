import { AssertionError, failure, show } from "./assertion_error.ts";

// deno-lint-ignore no-explicit-any
type ErrorClass<E extends Error> = abstract new (...args: any[]) => E;
type Expectation = [errorClassOrMsg?: ErrorClass<Error> | string, msgIncludes?: string, msg?: string];

function checkThrown(thrown: unknown, [expected, msgIncludes, msg]: Expectation): unknown {
  if (expected === undefined || typeof expected === "string") return thrown;
  if (!(thrown instanceof Error)) throw failure(`Expected an Error, got ${show(thrown)}`, msg);
  if (!(thrown instanceof expected)) {
    throw new AssertionError(
      failure(`Expected ${expected.name}, got ${show(thrown)}`, msg).message,
      { cause: thrown },
    );
  }
  if (msgIncludes && !thrown.message.includes(msgIncludes)) {
    throw failure(`Expected the message ${show(thrown.message)} to contain ${show(msgIncludes)}`, msg);
  }
  return thrown;
}

function nothing(verb: string, [expected, , msg]: Expectation): AssertionError {
  return failure(`Expected function to ${verb}`, typeof expected === "string" ? expected : msg);
}

export function assertThrows(fn: () => unknown, msg?: string): unknown;
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  ErrorClass: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): E;
export function assertThrows(fn: () => unknown, ...expectation: Expectation): unknown {
  try {
    fn();
  } catch (error) {
    return checkThrown(error, expectation);
  }
  throw nothing("throw", expectation);
}

export function assertRejects(fn: () => PromiseLike<unknown>, msg?: string): Promise<unknown>;
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClass: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
export async function assertRejects(
  fn: () => PromiseLike<unknown>,
  ...expectation: Expectation
): Promise<unknown> {
  let promise: PromiseLike<unknown>;
  try {
    promise = fn();
  } catch (error) {
    throw new AssertionError(
      `Expected function to reject, but it threw at once: ${show(error)}`,
      { cause: error },
    );
  }
  try {
    await promise;
  } catch (error) {
    return checkThrown(error, expectation);
  }
  throw nothing("reject", expectation);
}
