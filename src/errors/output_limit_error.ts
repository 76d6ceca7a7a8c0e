import type { PartialResult } from "./command_result.ts";
import { SandboxError, type SandboxErrorOptions } from "./sandbox_error.ts";

/** More arrived than the caller allowed: a command's output (the command was killed) or a file's content. */
export class OutputLimitError extends SandboxError {
  /** Which one. */
  declare readonly code: "output_limit" | "file_too_large";
  /** The output that had arrived, where a command was running. */
  declare readonly partial?: PartialResult;

  /** Makes the error from a message, its code and the output so far. */
  constructor(message: string, options: SandboxErrorOptions & { partial?: PartialResult | undefined }) {
    super(message, options);
    this.name = "OutputLimitError";
    if (options.partial !== undefined) this.partial = options.partial;
  }
}
