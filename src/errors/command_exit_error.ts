import type { CommandResult } from "./command_result.ts";
import { SandboxError, type SandboxErrorOptions } from "./sandbox_error.ts";

const NO_RESULT: CommandResult = {
  exitCode: -1,
  stdout: "",
  stderr: "",
  stdoutBytes: new Uint8Array(),
  stderrBytes: new Uint8Array(),
  truncatedBytes: 0,
  pid: 0,
};

/**
 * A command ended with another exit code than 0. It carries the whole result; `check: false` returns that instead.
 *
 * @example The result is on the error
 * ```ts
 * import { isSandboxError, RuntimeClient } from "@kruise-agents/runtime";
 * import { startLocalRuntime } from "@kruise-agents/runtime/local";
 * import { assert, assertEquals } from "@std/assert";
 *
 * await using runtime = await startLocalRuntime();
 * const sandbox = new RuntimeClient(runtime.clientOptions());
 * try {
 *   await sandbox.commands.run("echo oops >&2; exit 3");
 * } catch (error) {
 *   assert(isSandboxError(error, "command_exit"));
 *   assertEquals([error.exitCode, error.stderr], [3, "oops\n"]);
 * }
 * ```
 */
export class CommandExitError extends SandboxError {
  /** Always `command_exit`. */
  declare readonly code: "command_exit";
  /** The whole result. */
  readonly result: CommandResult;
  /** The daemon's own words about the end, such as `exit status 3`. */
  declare readonly errorMessage?: string;

  /** Makes the error from the result it carries (absent: an empty one with exit code -1). */
  constructor(message: string, options: SandboxErrorOptions & { result?: CommandResult | undefined }) {
    super(message, options);
    this.name = "CommandExitError";
    this.result = options.result ?? NO_RESULT;
    if (this.result.error !== undefined) this.errorMessage = this.result.error;
  }

  /** The exit code of the command; 128 + n after a signal. */
  get exitCode(): number {
    return this.result.exitCode;
  }

  /** What the command wrote to standard output. */
  get stdout(): string {
    return this.result.stdout;
  }

  /** What the command wrote to standard error. */
  get stderr(): string {
    return this.result.stderr;
  }
}
