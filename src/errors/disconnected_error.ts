import type { PartialResult } from "./command_result.ts";
import { SandboxError, type SandboxErrorOptions } from "./sandbox_error.ts";

/**
 * What was followed was lost before its end: a command, a terminal or a job, whose exit code nobody knows, and which may
 * still run unless the message says otherwise; or a watch, which may have missed events.
 */
export class DisconnectedError extends SandboxError {
  /** Which one. */
  declare readonly code: "disconnected";
  /** The process, where it is the stream of one that was lost. */
  declare readonly pid?: number;
  /** The output that had arrived; of a watch there is none. */
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
