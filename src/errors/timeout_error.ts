import type { PartialResult } from "./command_result.ts";
import { SandboxError, type SandboxErrorOptions } from "./sandbox_error.ts";

/** A limit of the caller ran out: of a request, of the life of a command, or of a wait. */
export class TimeoutError extends SandboxError {
  /** Which one. */
  declare readonly code: "request_timeout" | "command_timeout" | "wait_timeout";
  /** The output that had arrived, where a command was running. */
  declare readonly partial?: PartialResult;

  /** Makes the error from a message, its code and the output so far. */
  constructor(message: string, options: SandboxErrorOptions & { partial?: PartialResult | undefined }) {
    super(message, options);
    this.name = "TimeoutError";
    if (options.partial !== undefined) this.partial = options.partial;
  }
}
