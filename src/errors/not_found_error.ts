import { SandboxError, type SandboxErrorOptions } from "./sandbox_error.ts";

/** What was asked for is not there. */
export class NotFoundError extends SandboxError {
  /** Which one. */
  declare readonly code:
    | "file_not_found"
    | "process_not_found"
    | "sandbox_not_found"
    | "job_not_found"
    | "context_not_found";

  /** Makes the error from a message, its code and what else is known. */
  constructor(message: string, options: SandboxErrorOptions) {
    super(message, options);
    this.name = "NotFoundError";
  }
}
