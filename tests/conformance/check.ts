/** The few assertions that portable cases need. They use nothing but the language, so that every runtime has them. */

import { isSandboxError, type SandboxErrorByCode, type SandboxErrorCode } from "../../mod.ts";

/** A case failed. */
export class CheckError extends Error {
  override readonly name = "CheckError";
}

/** Demands that something is so. */
export function check(value: unknown, what: string): asserts value {
  if (!value) throw new CheckError(what);
}

/** Demands equal values: plain data, arrays, bytes and dates by their contents. */
export function equal(actual: unknown, expected: unknown, what: string = "value"): void {
  if (!same(actual, expected)) throw new CheckError(`${what}: got ${show(actual)}, expected ${show(expected)}`);
}

/** Demands a rejection with an error of this package, and gives it. */
export async function rejects<C extends SandboxErrorCode>(
  promise: Promise<unknown>,
  code: C,
): Promise<SandboxErrorByCode[C] & { readonly code: C }> {
  const error = await rejection(promise);
  if (isSandboxError(error, code)) return error;
  const got = isSandboxError(error) ? error.code : "another error";
  throw Object.assign(new CheckError(`expected ${code}, got ${got}: ${error}`), { cause: error });
}

/** Demands a rejection, and gives its reason. */
export function rejection(promise: Promise<unknown>): Promise<unknown> {
  const reason = reasonOf(promise);
  // A case that fails before it looks at it fails for that alone.
  reason.catch(() => {});
  return reason;
}

async function reasonOf(promise: Promise<unknown>): Promise<unknown> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  throw new CheckError(`expected a rejection, got ${show(value)}`);
}

function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (a instanceof Uint8Array || b instanceof Uint8Array) {
    return a instanceof Uint8Array && b instanceof Uint8Array && a.length === b.length && a.every((x, i) => x === b[i]);
  }
  if (a instanceof Date || b instanceof Date) return a instanceof Date && b instanceof Date && +a === +b;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [Object.entries(a), Object.entries(b)];
  return left.length === right.length &&
    left.every(([key, value]) => Object.hasOwn(b, key) && same(value, (b as Record<string, unknown>)[key]));
}

function show(value: unknown): string {
  if (value instanceof Uint8Array) return `${value.length} bytes [${value.slice(0, 16).join(" ")}…]`;
  const text = typeof value === "object"
    ? JSON.stringify(value)
    : typeof value === "string"
    ? JSON.stringify(value)
    : String(value);
  return text.length > 500 ? `${text.slice(0, 500)}… (${text.length} characters)` : text;
}
