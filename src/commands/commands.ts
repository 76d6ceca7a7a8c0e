import type { CallOptions, UserOptions } from "../connection/call_options.ts";
import type { CommandResult } from "../errors/command_result.ts";
import type { Command } from "../process/command.ts";
import type { OutputCallbacks } from "../process/deliver.ts";
import type { OutputOptions } from "../process/output.ts";
import type { ProcessSignal } from "../process/signals.ts";
import type { InputData } from "../streams/input_data.ts";
import type { CommandHandle, KillOptions } from "./command_handle.ts";

/** What {@linkcode Commands.start} takes. Its `signal` governs the process for its life: aborting ends it, with all that it has started. */
export interface StartOptions extends UserOptions, OutputOptions {
  /** Environment variables beside the daemon's own. */
  envs?: Record<string, string> | undefined;
  /**
   * The working directory.
   *
   * @default the home directory of the account
   */
  cwd?: string | undefined;
  /** A name to find the process by. */
  tag?: string | undefined;
  /**
   * Standard input. Absent or false: end of file at once. true: open for `sendStdin`. Data: fed in order, then end of
   * file; a daemon that cannot end it (0.2.10) gets the data as a file first, and starts the command after the last byte.
   * Other daemons hold back while the command does not read, which Node's `fetch` bears for 300 s at a time.
   */
  stdin?: boolean | InputData | undefined;
  /**
   * The life of the process in milliseconds: a timer in this client, then SIGTERM to the process and all that it has
   * started, SIGKILL after 2 s more, and its last output. 0: unlimited.
   *
   * @default unlimited
   */
  timeoutMs?: number | undefined;
}

/** What {@linkcode Commands.run} takes. */
export interface RunOptions extends StartOptions, OutputCallbacks {
  /**
   * Whether an exit code other than 0 rejects with a `CommandExitError`.
   *
   * @default {true}
   */
  check?: boolean | undefined;
  /**
   * Whether to run it over a job, so that connections that break, and restarts of the daemon, do no harm. Its output is
   * kept in the sandbox until the end, `timeoutMs` is enforced there, and a program that dies leaves the command running.
   * What it leaves in the background is not waited for. Not together with `tag`, `stdin: true` or `background`.
   *
   * @default {false}
   */
  durable?: boolean | undefined;
  /** Absent or false: wait for the end. true: see {@linkcode BackgroundOptions}. */
  background?: false | undefined;
}

/** The options of a `run` that resolves with a handle as soon as the command runs. */
export interface BackgroundOptions extends Omit<RunOptions, "background"> {
  /** Resolve with a handle as soon as the command runs. */
  background: true;
}

/** What {@linkcode Commands.connectToProcess} takes. Its `signal` ends the connecting only. */
export interface ConnectOptions extends CallOptions, OutputOptions {}

/** A process that the daemon runs. */
export interface ProcessInfo {
  /** Its id. */
  readonly pid: number;
  /** The name it was started with. */
  readonly tag?: string;
  /** The binary: of the command itself, without the shell that this client starts it through. */
  readonly cmd: string;
  /** The arguments. */
  readonly args: readonly string[];
  /** The environment as it was asked for. Whoever has the token can read it. */
  readonly envs: Readonly<Record<string, string>>;
  /** The working directory as it was asked for. */
  readonly cwd?: string;
}

/**
 * Runs commands in the sandbox.
 *
 * @example Run and read the output
 * ```ts
 * import { RuntimeClient } from "@kruise-agents/runtime";
 * import { startLocalRuntime } from "@kruise-agents/runtime/local";
 * import { assertEquals } from "@std/assert";
 *
 * await using runtime = await startLocalRuntime();
 * const sandbox = new RuntimeClient(runtime.clientOptions());
 * const { stdout } = await sandbox.commands.run("echo $GREETING", { envs: { GREETING: "hello" } });
 * assertEquals(stdout, "hello\n");
 * ```
 */
export interface Commands {
  /**
   * Starts a command with `background: true`: as `start`, with callbacks.
   *
   * @param command A command line for `/bin/bash -l -c`, or an argv.
   * @param options As for `start`, with callbacks for output. One that throws kills the command.
   * @returns A handle that owns the process.
   */
  run(command: Command, options: BackgroundOptions): Promise<CommandHandle>;
  /**
   * Runs a command to its end.
   *
   * @param command A command line for `/bin/bash -l -c`, or an argv that no shell parses.
   * @param options Where and how to run it. Aborting its `signal` kills the command.
   * @returns How it ended, and its output.
   * @throws {CommandExitError} When the exit code is not 0, unless `check` is false.
   * @throws {TimeoutError} When `timeoutMs` ran out; the command was killed, and `partial` has its output.
   * @throws {OutputLimitError} When it prints more than is kept, without callbacks and `overflow`; it was killed.
   * @throws {InvalidArgumentError} When the daemon refuses it, for a missing `cwd` for one.
   * @throws {AuthenticationError} When a token is wrong, or `user` unknown.
   * @throws {DisconnectedError} When its stream was lost: the exit code is unknown.
   *
   * @example Stream the output
   * ```ts
   * import { RuntimeClient } from "@kruise-agents/runtime";
   * import { startLocalRuntime } from "@kruise-agents/runtime/local";
   * import { assertEquals } from "@std/assert";
   *
   * await using runtime = await startLocalRuntime();
   * const sandbox = new RuntimeClient(runtime.clientOptions());
   * let text = "";
   * await sandbox.commands.run(["seq", "3"], { onStdout: (part) => void (text += part) });
   * assertEquals(text, "1\n2\n3\n");
   * ```
   */
  run(command: Command, options?: RunOptions): Promise<CommandResult>;
  /**
   * Starts a command and resolves when it runs.
   *
   * @param command A command line for `/bin/bash -l -c`, or an argv that no shell parses.
   * @param options Where and how to run it. Its `signal` governs the process for its life.
   * @returns A handle that owns the process: disposal kills it.
   *
   * @example Feed it
   * ```ts
   * import { RuntimeClient } from "@kruise-agents/runtime";
   * import { startLocalRuntime } from "@kruise-agents/runtime/local";
   * import { assertEquals } from "@std/assert";
   *
   * await using runtime = await startLocalRuntime();
   * const sandbox = new RuntimeClient(runtime.clientOptions());
   * await using command = await sandbox.commands.start("read line; echo got $line", { stdin: true });
   * await command.sendStdin("hello\n");
   * assertEquals((await command.wait()).stdout, "got hello\n");
   * ```
   */
  start(command: Command, options?: StartOptions): Promise<CommandHandle>;
  /**
   * Lists the processes that the daemon runs, whoever started them.
   *
   * @param options A signal and a limit for the request.
   * @returns The processes.
   *
   * @example Find one by its tag
   * ```ts
   * import { RuntimeClient } from "@kruise-agents/runtime";
   * import { startLocalRuntime } from "@kruise-agents/runtime/local";
   * import { assertEquals } from "@std/assert";
   *
   * await using runtime = await startLocalRuntime();
   * const sandbox = new RuntimeClient(runtime.clientOptions());
   * await using _server = await sandbox.commands.start(["sleep", "60"], { tag: "server" });
   * const [found] = (await sandbox.commands.list()).filter(({ tag }) => tag === "server");
   * assertEquals([found?.cmd, found?.args], ["sleep", ["60"]]);
   * ```
   */
  list(options?: CallOptions): Promise<ProcessInfo[]>;
  /**
   * Kills a process (SIGKILL). Its children go on: the daemon signals the process only. With `tree: true` they end as
   * well, those too that outlived it: SIGTERM, and SIGKILL after `graceMs`.
   *
   * @param pid The process.
   * @param options Whether the whole tree, a signal for the waiting, and a limit for the request.
   * @returns Whether there was such a process.
   * @throws {SandboxError} `internal`, naming what of the tree did not die, or why it was not reached.
   *
   * @example Twice
   * ```ts
   * import { RuntimeClient } from "@kruise-agents/runtime";
   * import { startLocalRuntime } from "@kruise-agents/runtime/local";
   * import { assertEquals } from "@std/assert";
   *
   * await using runtime = await startLocalRuntime();
   * const sandbox = new RuntimeClient(runtime.clientOptions());
   * const command = await sandbox.commands.start(["sleep", "60"]);
   * assertEquals(await sandbox.commands.kill(command.pid), true);
   * assertEquals((await command.wait({ check: false })).signal, "SIGKILL");
   * assertEquals(await sandbox.commands.kill(command.pid), false);
   * ```
   */
  kill(pid: number, options?: KillOptions): Promise<boolean>;
  /**
   * Sends a signal to a process, not to its children.
   *
   * @param pid The process.
   * @param signal SIGTERM or SIGKILL: the daemon sends no others.
   * @param options A signal and a limit for the request.
   * @returns Whether there was such a process.
   */
  sendSignal(pid: number, signal: ProcessSignal, options?: CallOptions): Promise<boolean>;
  /**
   * Writes to the standard input of a process, in the order of the calls.
   *
   * @param pid The process.
   * @param data Text or bytes.
   * @param options A signal and a limit for each request: the daemon answers when the process has taken the data, 64 KiB at most at a time.
   * @throws {InvalidArgumentError} When its input is not open.
   * @throws {NotFoundError} When there is no such process.
   */
  sendStdin(pid: number, data: string | Uint8Array, options?: CallOptions): Promise<void>;
  /**
   * Ends the standard input of a process.
   *
   * @param pid The process.
   * @param options A signal and a limit for the request.
   * @throws {UnsupportedError} When the daemon cannot (before 0.5.2).
   * @throws {NotFoundError} When there is no such process.
   */
  closeStdin(pid: number, options?: CallOptions): Promise<void>;
  /**
   * Follows a process that runs already: its output from now on, and its end.
   *
   * @param target Its id, or a tag that exactly one process has.
   * @param options What is kept of its output.
   * @returns A handle that does not own the process: disposal disconnects.
   * @throws {NotFoundError} When there is no such process.
   * @throws {InvalidArgumentError} When several have the tag.
   *
   * @example By tag
   * ```ts
   * import { RuntimeClient } from "@kruise-agents/runtime";
   * import { startLocalRuntime } from "@kruise-agents/runtime/local";
   * import { assertEquals } from "@std/assert";
   *
   * await using runtime = await startLocalRuntime();
   * const sandbox = new RuntimeClient(runtime.clientOptions());
   * await using started = await sandbox.commands.start("read line; echo $line", { tag: "job", stdin: true });
   * const followed = await sandbox.commands.connectToProcess({ tag: "job" });
   * await followed.sendStdin("later\n");
   * assertEquals((await followed.wait()).stdout, "later\n");
   * await started.wait();
   * ```
   */
  connectToProcess(target: number | { tag: string }, options?: ConnectOptions): Promise<CommandHandle>;
}
