/**
 * The client of an OpenKruise Agents sandbox: run commands, and jobs that outlive their callers, move files, watch
 * directories, hold terminals and reach ports, from Deno, Bun, Node, Workers and browsers.
 *
 * It imports without any permission and needs `--allow-net=<host>` to run in Deno.
 *
 * @example Run a command
 * ```ts
 * import { RuntimeClient } from "@kruise-agents/runtime";
 * import { startLocalRuntime } from "@kruise-agents/runtime/local";
 * import { assertEquals } from "@std/assert";
 *
 * await using runtime = await startLocalRuntime(); // or a real sandbox: { sandboxId, domain, runtimeToken }
 * const sandbox = new RuntimeClient(runtime.clientOptions());
 * const { stdout } = await sandbox.commands.run("echo hello");
 * assertEquals(stdout, "hello\n");
 * ```
 *
 * @module
 */

export { RuntimeClient } from "./src/client.ts";
export {
  type CapabilityOptions,
  type Fetch,
  type RequestEvent,
  type ResponseEvent,
  type RetryOptions,
  type RuntimeClientOptions,
  type TokenSource,
  type ViewOptions,
} from "./src/options.ts";
export { optionsFromEnv } from "./src/options_from_env.ts";
export { type CallOptions, type UserOptions } from "./src/connection/call_options.ts";
export { type RuntimeMetrics } from "./src/connection/runtime_info.ts";
export { type Bytes } from "./src/streams/bytes.ts";
export { type InputData } from "./src/streams/input_data.ts";

export {
  type BackgroundOptions,
  type Commands,
  type ConnectOptions,
  type ProcessInfo,
  type RunOptions,
  type StartOptions,
} from "./src/commands/commands.ts";
export { type Command } from "./src/process/command.ts";
export { type CommandHandle, type KillOptions } from "./src/commands/command_handle.ts";
export { type OutputCallback, type OutputCallbacks, type WaitOptions } from "./src/process/deliver.ts";
export { type LinesOptions } from "./src/commands/lines.ts";
export { type OutputEvent } from "./src/commands/output_events.ts";
export { type OutputOptions } from "./src/process/output.ts";
export { type ProcessSignal } from "./src/process/signals.ts";
export { quote, sh, type ShellValue } from "./src/commands/quote.ts";
export { type WaitForLineOptions } from "./src/commands/wait_for_line.ts";

export { type Pty, type PtyCreateOptions } from "./src/pty/pty.ts";
export { type PtyExit, type PtyHandle, type PtyWaitOptions } from "./src/pty/pty_handle.ts";
export { type PtySize } from "./src/pty/size.ts";

export { type Job, type JobKillOptions, type JobOutputOptions, type JobStatus } from "./src/jobs/job.ts";
export { type JobInfo, type JobOptions, type Jobs } from "./src/jobs/jobs.ts";

export { type Filesystem } from "./src/files/filesystem.ts";
export { type EntryInfo, type FileType } from "./src/files/entry_info.ts";
export { type ListOptions, type Progress, type ReadOptions, type WriteOptions } from "./src/files/file_options.ts";
export { type WatchEvent, type WatchEventType, type WatchHandle, type WatchOptions } from "./src/files/watch_handle.ts";
export { type FileData, type FileEntry } from "./src/files/write_files.ts";
export { type SignedUrlOptions } from "./src/files/signed_url.ts";
export { type WriteInfo } from "./src/files/write_info.ts";

export { type Ports, type WaitForPortOptions } from "./src/ports/ports.ts";

export { AuthenticationError } from "./src/errors/authentication_error.ts";
export { type SandboxErrorByCode, type SandboxErrorCode } from "./src/errors/codes.ts";
export { CommandExitError } from "./src/errors/command_exit_error.ts";
export { type CommandResult, type PartialResult } from "./src/errors/command_result.ts";
export { DisconnectedError } from "./src/errors/disconnected_error.ts";
export { InvalidArgumentError } from "./src/errors/invalid_argument_error.ts";
export { isSandboxError } from "./src/errors/is_sandbox_error.ts";
export { type KubeConfigAttempt, KubeConfigError } from "./src/errors/kube_config_error.ts";
export { KubeStatusError, type Status } from "./src/errors/kube_status_error.ts";
export { NotFoundError } from "./src/errors/not_found_error.ts";
export { OutputLimitError } from "./src/errors/output_limit_error.ts";
export { SandboxError, type SandboxErrorOptions } from "./src/errors/sandbox_error.ts";
export { SandboxNotRunningError, type SandboxState } from "./src/errors/sandbox_not_running_error.ts";
export { TimeoutError } from "./src/errors/timeout_error.ts";
export { UnsupportedError } from "./src/errors/unsupported_error.ts";
