import type { PartialResult } from "./command_result.ts";
import { SandboxError, type SandboxErrorOptions } from "./sandbox_error.ts";

/** The stream of a process was lost before its end. Nobody knows the exit code; the process may still run. */
export class DisconnectedError extends SandboxError {
  /** Which one. */
  declare readonly code: "disconnected";
  /** The process whose stream was lost. */
  declare readonly pid?: number;
  /** The output that had arrived, where a command was running. */
  declare readonly partial?: PartialResult;

  /** Makes the error from a message, its code and the output so far. */
  constructor(
    message: string,
    options: SandboxErrorOptions & { partial?: PartialResult | undefined; pid?: number | undefined },
  ) {
    super(message, options);
    this.name = "DisconnectedError";
    if (options.pid !== undefined) this.pid = options.pid;
    if (options.partial !== undefined) this.partial = options.partial;
  }
}
