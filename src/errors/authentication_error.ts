import { SandboxError, type SandboxErrorOptions } from "./sandbox_error.ts";

/** The call was refused for who makes it: a missing or wrong token, or an account that the sandbox does not have. */
export class AuthenticationError extends SandboxError {
  /** Which one. */
  declare readonly code: "unauthenticated" | "forbidden" | "unknown_user";

  /** Makes the error from a message, its code and what else is known. */
  constructor(message: string, options: SandboxErrorOptions) {
    super(message, options);
    this.name = "AuthenticationError";
  }
}
