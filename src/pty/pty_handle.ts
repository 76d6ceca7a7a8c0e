import type { CallOptions } from "../connection/call_options.ts";
import type { Bytes } from "../streams/bytes.ts";
import type { PtySize } from "./size.ts";

/** How a terminal's process ended. */
export interface PtyExit {
  /** 0 to 255; after a signal 128 + n, as a shell says it. */
  readonly exitCode: number;
  /** The signal's name, such as `SIGKILL`. */
  readonly signal?: string;
  /** The daemon's own words, where it did not end with 0. */
  readonly error?: string;
  /** The process. */
  readonly pid: number;
}

/** What {@linkcode PtyHandle.wait} takes. */
export interface PtyWaitOptions {
  /** Ends the waiting only; the terminal goes on. */
  signal?: AbortSignal | undefined;
}

/**
 * A terminal. One from `create` owns its process, and kills it on disposal with all that it has started; one from
 * `connect` only disconnects.
 *
 * @example Interrupt a command
 * ```ts
 * import { RuntimeClient } from "@kruise-agents/runtime";
 * import { startLocalRuntime } from "@kruise-agents/runtime/local";
 * import { assertEquals } from "@std/assert";
 *
 * await using runtime = await startLocalRuntime();
 * const sandbox = new RuntimeClient(runtime.clientOptions());
 * const command = ["sh", "-c", "echo ready; sleep 600"];
 * await using terminal = await sandbox.pty.create({ cols: 80, rows: 24, command });
 * await terminal.readable.getReader().read(); // "ready"
 * await terminal.writable.getWriter().write("\x03");
 * assertEquals((await terminal.wait()).signal, "SIGINT");
 * ```
 */
export interface PtyHandle extends AsyncDisposable {
  /** The id of its process in the sandbox. */
  readonly pid: number;
  /**
   * What the terminal shows, byte for byte: output, echo and control sequences. The last 8 MiB that came before the
   * first read are kept for it; from then on a reader that falls behind by 8 MiB holds the process up. One that never
   * reads holds nothing up. For another reader, connect another handle.
   *
   * It closes after the process's last output, and errors with a `DisconnectedError` when its stream was lost or the
   * handle disconnected.
   */
  readonly readable: ReadableStream<Bytes>;
  /**
   * The keyboard: text, as UTF-8, or bytes. What is written is sent in order; what is written while a request is under
   * way is gathered for the next one, so that fast typing costs few. A write resolves when there is room for more, and
   * `close` when the terminal has taken everything. Ctrl-C is `\x03`, Ctrl-D `\x04`.
   *
   * Closing or aborting it does not end the process. It errors with a `NotFoundError` when the process has ended, and
   * with whatever a request fails with.
   */
  readonly writable: WritableStream<Uint8Array | string>;
  /**
   * Gives the terminal another size; its programs get a SIGWINCH. Resizes arrive in the order of the calls.
   *
   * @param size The size in characters.
   * @param options A signal and a limit for the request.
   * @throws {RangeError} When `cols` or `rows` is no integer from 1 to 65535.
   * @throws {NotFoundError} When the process has ended.
   * @throws {InvalidArgumentError} When the process has no terminal.
   */
  resize(size: PtySize, options?: CallOptions): Promise<void>;
  /**
   * Waits for the end of the process.
   *
   * @param options A signal for the waiting.
   * @returns How it ended. An exit code other than 0 is no error.
   * @throws {TimeoutError} When the `timeoutMs` it was created with ran out; the process was killed.
   * @throws {DisconnectedError} When its stream was lost, or the handle disconnected: the exit code is unknown.
   */
  wait(options?: PtyWaitOptions): Promise<PtyExit>;
  /**
   * Kills the process (SIGKILL) and takes its last output, for at most 5 s. The terminal hangs up on what else runs in
   * it, which ends shells and what they run in the foreground; what ignores SIGHUP goes on.
   *
   * @param options A signal and a limit for the request.
   * @returns Whether there was a process to kill.
   */
  kill(options?: CallOptions): Promise<boolean>;
  /**
   * Leaves the terminal open and settles at once: `readable`, `writable` and waits end with a `DisconnectedError`, and
   * the `signal` and `timeoutMs` of its creation no longer apply. What it shows is read in the background and dropped
   * until it ends or has been silent for 10 s, because cutting the stream while output arrives kills daemons of version
   * 0.2.10.
   *
   * @returns When it is disconnected.
   */
  disconnect(): Promise<void>;
}
