import type { CallOptions, UserOptions } from "../connection/call_options.ts";
import type { Command } from "../process/command.ts";
import type { PtyHandle } from "./pty_handle.ts";
import type { PtySize } from "./size.ts";

/**
 * What {@linkcode Pty.create} takes. Its `signal` governs the terminal for its life: aborting ends all that runs in it,
 * by SIGTERM and 2 s later SIGKILL.
 */
export interface PtyCreateOptions extends UserOptions, PtySize {
  /**
   * What runs in the terminal: a command line for `/bin/bash -l -c`, or an argv.
   *
   * @default `/bin/bash -i -l`, or `/bin/sh -i -l` in an image without bash
   */
  command?: Command | undefined;
  /**
   * The working directory.
   *
   * @default the home directory of the account
   */
  cwd?: string | undefined;
  /**
   * Environment variables beside the daemon's own. `TERM` is `xterm-256color` unless it is given; `LANG` and `LC_ALL`
   * are `C.UTF-8` unless `LANG` or any `LC_` variable is.
   */
  envs?: Record<string, string> | undefined;
  /** A name to find the process by. */
  tag?: string | undefined;
  /**
   * The life of the terminal in milliseconds: a timer in this client, then as for `signal`. 0: unlimited.
   *
   * @default unlimited
   */
  timeoutMs?: number | undefined;
}

/**
 * Opens terminals in the sandbox: shells and full-screen programs, for people and for programs that act like them.
 *
 * @example Talk to a shell
 * ```ts
 * import { RuntimeClient } from "@kruise-agents/runtime";
 * import { startLocalRuntime } from "@kruise-agents/runtime/local";
 * import { assert, assertEquals } from "@std/assert";
 *
 * await using runtime = await startLocalRuntime();
 * const sandbox = new RuntimeClient(runtime.clientOptions());
 * await using terminal = await sandbox.pty.create({ cols: 80, rows: 24 });
 * const writer = terminal.writable.getWriter();
 * await writer.write("stty size; exit 3\n");
 * const screen = await new Response(terminal.readable).text();
 * assert(screen.includes("24 80"));
 * assertEquals((await terminal.wait()).exitCode, 3);
 * ```
 */
export interface Pty {
  /**
   * Opens a terminal and starts a command in it.
   *
   * Ctrl-C works also where OpenKruise starts the daemon with SIGINT ignored, if the image has GNU's `env` of
   * coreutils 8.31 or later.
   *
   * @param options Its size, and what runs in it.
   * @returns A handle that owns the terminal: disposal kills all that runs in it.
   * @throws {RangeError} When `cols` or `rows` is no integer from 1 to 65535.
   * @throws {InvalidArgumentError} When the daemon refuses it, for a missing `cwd` for one.
   * @throws {AuthenticationError} When a token is wrong, or `user` unknown.
   *
   * @example A command of its own
   * ```ts
   * import { RuntimeClient } from "@kruise-agents/runtime";
   * import { startLocalRuntime } from "@kruise-agents/runtime/local";
   * import { assertEquals } from "@std/assert";
   *
   * await using runtime = await startLocalRuntime();
   * const sandbox = new RuntimeClient(runtime.clientOptions());
   * await using terminal = await sandbox.pty.create({ cols: 132, rows: 50, command: ["stty", "size"] });
   * assertEquals(await new Response(terminal.readable).text(), "50 132\r\n");
   * ```
   */
  create(options: PtyCreateOptions): Promise<PtyHandle>;
  /**
   * Follows a terminal that is open already: its output from now on, and its end. Any number of handles can.
   *
   * @param target The id of its process, or a tag that exactly one process has.
   * @param options A signal and a limit for the connecting.
   * @returns A handle that does not own the terminal: disposal disconnects.
   * @throws {NotFoundError} When there is no such process.
   * @throws {InvalidArgumentError} When several have the tag.
   *
   * @example Leave a terminal, and come back
   * ```ts
   * import { RuntimeClient } from "@kruise-agents/runtime";
   * import { startLocalRuntime } from "@kruise-agents/runtime/local";
   * import { assertEquals } from "@std/assert";
   *
   * await using runtime = await startLocalRuntime();
   * const sandbox = new RuntimeClient(runtime.clientOptions());
   * const command = "read line; echo got $line";
   * const { pid } = await sandbox.pty.create({ cols: 80, rows: 24, command });
   * await using terminal = await sandbox.pty.connect(pid);
   * await terminal.writable.getWriter().write("hello\n");
   * assertEquals(await new Response(terminal.readable).text(), "hello\r\ngot hello\r\n");
   * ```
   */
  connect(target: number | { tag: string }, options?: CallOptions): Promise<PtyHandle>;
}
