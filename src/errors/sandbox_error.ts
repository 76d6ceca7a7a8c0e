import type { SandboxErrorCode } from "./codes.ts";

/** What a {@linkcode SandboxError} is made of. */
export interface SandboxErrorOptions {
  /** Stable, literal reason: what callers branch on. */
  code: SandboxErrorCode;
  /** The sandbox it happened to, where one is known. */
  sandboxId?: string | undefined;
  /** HTTP status of the answer, where there was one. */
  status?: number | undefined;
  /**
   * Whether the same call may succeed later without a change.
   *
   * @default {false}
   */
  retryable?: boolean | undefined;
  /** What the user can do about it. */
  hint?: string | undefined;
  /** What it was made from. */
  cause?: unknown;
}

// In the global symbol registry, so that two installs of the package and two realms recognize each other's errors.
/** Marks the errors of this package. */
export const BRAND: unique symbol = Symbol.for("@kruise-agents/runtime/SandboxError");

/**
 * Base class of everything this package rejects with, but for misuse that is seen before any request
 * (`TypeError`, `RangeError`) and for an abort, which rejects with the caller's own `signal.reason`.
 *
 * @example Branch on the code
 * ```ts
 * import { isSandboxError, SandboxError } from "@kruise-agents/runtime";
 * import { assert } from "@std/assert";
 *
 * const error = new SandboxError("Cannot reach the sandbox", { code: "network", retryable: true });
 * assert(isSandboxError(error, "network") && error.retryable);
 * ```
 */
export class SandboxError extends Error {
  /** Stable, literal reason. */
  readonly code: SandboxErrorCode;
  /** The sandbox it happened to, where one is known. */
  declare readonly sandboxId?: string;
  /** HTTP status of the answer, where there was one. */
  declare readonly status?: number;
  /** Whether the same call may succeed later without a change. */
  readonly retryable: boolean;
  /** What the user can do about it. */
  declare readonly hint?: string;

  /** Makes an error from a message, its code and what else is known. */
  constructor(message: string, options: SandboxErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "SandboxError";
    this.code = options.code;
    this.retryable = options.retryable ?? false;
    if (options.sandboxId !== undefined) this.sandboxId = options.sandboxId;
    if (options.status !== undefined) this.status = options.status;
    if (options.hint !== undefined) this.hint = options.hint;
    Object.defineProperty(this, BRAND, { value: true });
  }
}
