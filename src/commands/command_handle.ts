import type { CallOptions } from "../connection/call_options.ts";
import type { CommandResult } from "../errors/command_result.ts";
import type { ProcessSignal } from "../process/signals.ts";
import type { WaitOptions } from "../process/deliver.ts";
import type { Bytes } from "../streams/bytes.ts";
import type { LinesOptions } from "./lines.ts";
import type { OutputEvent } from "./output_events.ts";
import type { WaitForLineOptions } from "./wait_for_line.ts";

/** What {@linkcode Commands.kill} and {@linkcode CommandHandle.kill} take. */
export interface KillOptions extends CallOptions {
  /**
   * Whether all that the process has started ends too: SIGTERM, then SIGKILL for what is left after `graceMs`, sent by a
   * helper command in the sandbox. false: SIGKILL for the process alone, by the daemon.
   *
   * @default {false}
   */
  tree?: boolean | undefined;
  /**
   * With `tree`: the milliseconds from SIGTERM to SIGKILL. It is over as soon as all have ended. 0: SIGKILL at once.
   *
   * @default {2_000}
   */
  graceMs?: number | undefined;
}

/**
 * A command that runs. One from `start` owns its process and ends it on disposal, with all that it has started: SIGTERM,
 * and SIGKILL after 2 s. One from `connectToProcess` only disconnects.
 *
 * Output goes to any number of readers: callbacks of `wait`, iteration, `stdout` and `stderr`. One that comes late gets
 * everything from the start while the capture holds it whole, and otherwise what comes from then on. A slow one holds
 * the process up only after 8 MiB; one that never reads holds nothing up. Readers share the bytes: copy them before you
 * change or transfer them.
 *
 * @example Follow a command
 * ```ts
 * import { RuntimeClient } from "@kruise-agents/runtime";
 * import { startLocalRuntime } from "@kruise-agents/runtime/local";
 * import { assertEquals } from "@std/assert";
 *
 * await using runtime = await startLocalRuntime();
 * const sandbox = new RuntimeClient(runtime.clientOptions());
 * await using command = await sandbox.commands.start("echo hello; exit 3");
 * const seen: string[] = [];
 * for await (const event of command) {
 *   seen.push(event.type === "exit" ? `exit ${event.result.exitCode}` : event.text);
 * }
 * assertEquals(seen, ["hello\n", "exit 3"]);
 * ```
 */
export interface CommandHandle extends AsyncIterable<OutputEvent>, AsyncDisposable {
  /** The process id in the sandbox. */
  readonly pid: number;
  /**
   * Standard output, byte for byte. It begins with its first read.
   *
   * @example As text
   * ```ts
   * import { RuntimeClient } from "@kruise-agents/runtime";
   * import { startLocalRuntime } from "@kruise-agents/runtime/local";
   * import { assertEquals } from "@std/assert";
   *
   * await using runtime = await startLocalRuntime();
   * const sandbox = new RuntimeClient(runtime.clientOptions());
   * await using command = await sandbox.commands.start(["printf", "%s", "hello"]);
   * assertEquals(await new Response(command.stdout).text(), "hello");
   * ```
   */
  readonly stdout: ReadableStream<Bytes>;
  /** Standard error, byte for byte. It begins with its first read. */
  readonly stderr: ReadableStream<Bytes>;
  /**
   * Waits for the end.
   *
   * @param options Callbacks for output, `check`, and a signal for the waiting.
   * @returns How it ended, with the output that is kept.
   * @throws {CommandExitError} When the exit code is not 0, unless `check` is false.
   * @throws {TimeoutError} When the `timeoutMs` it was started with ran out; the process was killed.
   * @throws {DisconnectedError} When its stream was lost, or the handle disconnected: the exit code is unknown.
   */
  wait(options?: WaitOptions): Promise<CommandResult>;
  /**
   * Leaves the process running and settles at once; waits and iterations that are under way reject with a
   * `DisconnectedError`, and the `signal` and `timeoutMs` of its start no longer apply. What the process prints is read
   * in the background and dropped until it ends or has been silent for 10 s, because cutting the stream while output
   * arrives kills daemons of version 0.2.10. A process that never stops printing is read for as long as this program lives.
   *
   * @returns When it is disconnected.
   */
  disconnect(): Promise<void>;
  /**
   * Kills the process (SIGKILL) and takes its last output, for at most 5 s. Its children go on: the daemon signals the
   * process only. With `tree: true` they end as well, those too that outlived it: SIGTERM, and SIGKILL after `graceMs`.
   * What gave itself another session and another parent is not found.
   *
   * @param options Whether the whole tree, a signal for the waiting, and a limit for the request.
   * @returns Whether there was a process to kill.
   * @throws {SandboxError} `internal`, naming what of the tree did not die, or why it was not reached.
   *
   * @example A shell and what it has started
   * ```ts
   * import { RuntimeClient } from "@kruise-agents/runtime";
   * import { startLocalRuntime } from "@kruise-agents/runtime/local";
   * import { assertEquals } from "@std/assert";
   *
   * await using runtime = await startLocalRuntime();
   * const sandbox = new RuntimeClient(runtime.clientOptions());
   * const command = await sandbox.commands.start("sleep 60 & sleep 61");
   * assertEquals(await command.kill({ tree: true }), true);
   * assertEquals((await command.wait({ check: false })).signal, "SIGTERM");
   * ```
   */
  kill(options?: KillOptions): Promise<boolean>;
  /**
   * Sends a signal to the process, not to its children.
   *
   * @param signal SIGTERM or SIGKILL: the daemon sends no others.
   * @param options A signal and a limit for the request.
   * @returns Whether there was a process.
   */
  sendSignal(signal: ProcessSignal, options?: CallOptions): Promise<boolean>;
  /**
   * Writes to standard input, in the order of the calls. The command must have been started with `stdin: true`.
   *
   * @param data Text or bytes.
   * @param options A signal and a limit for each request: the daemon answers when the process has taken the data, 64 KiB at most at a time.
   * @throws {InvalidArgumentError} When its input is not open.
   * @throws {NotFoundError} When the process has ended.
   */
  sendStdin(data: string | Uint8Array, options?: CallOptions): Promise<void>;
  /**
   * Ends standard input.
   *
   * @param options A signal and a limit for the request.
   * @throws {UnsupportedError} When the daemon cannot (before 0.5.2): pass the data at the start instead.
   */
  closeStdin(options?: CallOptions): Promise<void>;
  /**
   * The lines of its output, without their terminators (`\n` or `\r\n`), to the last one, whether that is terminated
   * or not. A line of more than 1,048,576 UTF-16 units comes in pieces of that length. Leaving the loop leaves the
   * process alone; an exit code other than 0 is no error here.
   *
   * @param options Whose lines, and a signal for the reading.
   * @returns The lines: one reader for each iteration.
   * @throws {TypeError} At once, when `stream` is none of the three.
   * @throws {DisconnectedError} From the iteration, when its stream was lost, or the handle disconnected.
   *
   * @example Line by line
   * ```ts
   * import { RuntimeClient } from "@kruise-agents/runtime";
   * import { startLocalRuntime } from "@kruise-agents/runtime/local";
   * import { assertEquals } from "@std/assert";
   *
   * await using runtime = await startLocalRuntime();
   * const sandbox = new RuntimeClient(runtime.clientOptions());
   * await using command = await sandbox.commands.start(["printf", "one\ntwo"]);
   * assertEquals(await Array.fromAsync(command.lines()), ["one", "two"]);
   * ```
   */
  lines(options?: LinesOptions): AsyncIterable<string>;
  /**
   * Waits for the first line that matches, on either stream: of what is kept of its output since the start, and of what
   * comes. A line is looked at when it is complete, the last one at the end.
   *
   * @param pattern What to look for. A `g` or `y` flag changes nothing.
   * @param options A limit and a signal for the waiting.
   * @returns The match, with its groups.
   * @throws {TypeError} When the pattern is no regular expression.
   * @throws {TimeoutError} `wait_timeout`, with the output so far, when `timeoutMs` ran out. The process goes on.
   * @throws {CommandExitError} When the process ended first, with whatever exit code. It carries the whole result.
   * @throws {DisconnectedError} When its stream was lost, or the handle disconnected.
   *
   * @example Until a server listens
   * ```ts
   * import { RuntimeClient } from "@kruise-agents/runtime";
   * import { startLocalRuntime } from "@kruise-agents/runtime/local";
   * import { assertEquals } from "@std/assert";
   *
   * await using runtime = await startLocalRuntime();
   * const sandbox = new RuntimeClient(runtime.clientOptions());
   * await using server = await sandbox.commands.start("echo listening on 8080; sleep 60");
   * const [, port] = await server.waitFor(/listening on (\d+)/, { timeoutMs: 10_000 });
   * assertEquals(port, "8080");
   * ```
   */
  waitFor(pattern: RegExp, options?: WaitForLineOptions): Promise<RegExpMatchArray>;
}
