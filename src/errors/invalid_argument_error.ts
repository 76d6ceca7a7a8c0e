import { SandboxError, type SandboxErrorOptions } from "./sandbox_error.ts";

/** The sandbox refused what it was asked to do. (What is seen before any request is a `TypeError` or a `RangeError`.) */
export class InvalidArgumentError extends SandboxError {
  /** Which one. */
  declare readonly code: "invalid_argument" | "not_a_directory" | "is_a_directory" | "already_exists";

  /** Makes the error from a message, its code and what else is known. */
  constructor(message: string, options: SandboxErrorOptions) {
    super(message, options);
    this.name = "InvalidArgumentError";
  }
}
