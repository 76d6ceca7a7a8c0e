import type { SandboxErrorByCode, SandboxErrorCode } from "./codes.ts";
import { BRAND, type SandboxError } from "./sandbox_error.ts";

/**
 * Tells whether a value is an error of this package, and, with a code, which one.
 * It holds across realms and duplicate installs, where `instanceof` does not.
 *
 * @param error Anything that was caught.
 * @param code The code to look for; absent: any.
 * @returns Whether it is one.
 *
 * @example A missing file is no failure
 * ```ts
 * import { isSandboxError } from "@kruise-agents/runtime";
 * import { assertFalse } from "@std/assert";
 *
 * try {
 *   throw new Error("something else");
 * } catch (error) {
 *   assertFalse(isSandboxError(error, "file_not_found"));
 * }
 * ```
 */
export function isSandboxError(error: unknown): error is SandboxError;
/** As above, narrowed to the class that carries the code. */
export function isSandboxError<C extends SandboxErrorCode>(
  error: unknown,
  code: C,
): error is SandboxErrorByCode[C] & { readonly code: C };
export function isSandboxError(error: unknown, code?: SandboxErrorCode): boolean {
  if (typeof error !== "object" || error === null || !(BRAND in error)) return false;
  return code === undefined || (error as unknown as SandboxError).code === code;
}
