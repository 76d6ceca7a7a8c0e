import type { UserOptions } from "../connection/call_options.ts";

/**
 * What happened to an entry. Linux's words: what is renamed is a `rename` of the old name and then a `create` of the new
 * one; `chmod` is every change of permissions, owner or times.
 */
export type WatchEventType = "create" | "write" | "remove" | "rename" | "chmod";

/** Something that happened in a watched directory. */
export interface WatchEvent {
  /** What. */
  readonly type: WatchEventType;
  /** To what: a path below the watched directory, `sub/file`; `.` is the directory itself. */
  readonly name: string;
  /** The same as an absolute path. */
  readonly path: string;
}

/** How to watch a directory. The signal ends the watch for as long as it lasts. */
export interface WatchOptions extends UserOptions {
  /**
   * Also everything below it, in directories that come later, too. Links to directories are not followed.
   *
   * @default {false}
   */
  recursive?: boolean | undefined;
  /**
   * Ask for events again and again, every 0.1 to 1 s, instead of holding a stream open: true where a connection that
   * lasts is one too many, as in a browser that has six. Otherwise this is done where a stream does not get through.
   *
   * @default {false}
   */
  polling?: boolean | undefined;
}

/**
 * A watch that is armed: the events from now on, for one reader.
 *
 * Events wait for their reader up to 4 MiB; then no more are fetched until it reads on, and nothing is dropped. Leaving a
 * loop over it stops the watch.
 *
 * A loop ends with an error, after the events before it, when the watched directory is removed or renamed
 * (`file_not_found`), when the connection is lost (`disconnected`: events may be missing, so list the directory), when
 * the sandbox had more events than it can hold (`internal`), and when the signal says so, with its reason.
 *
 * @example Wait for a file
 * ```ts
 * import { RuntimeClient } from "@kruise-agents/runtime";
 * import { startLocalRuntime } from "@kruise-agents/runtime/local";
 * import { assertEquals } from "@std/assert";
 *
 * await using runtime = await startLocalRuntime();
 * const { commands, files } = new RuntimeClient(runtime.clientOptions());
 * await files.makeDir("out");
 * await using watch = await files.watchDir("out");
 * await commands.run("sleep 0.1; touch ~/out/done");
 * for await (const { type, name } of watch) {
 *   assertEquals([type, name], ["create", "done"]);
 *   break;
 * }
 * ```
 */
export interface WatchHandle extends AsyncIterable<WatchEvent>, AsyncDisposable {
  /**
   * Ends the watch: the loop over it ends, and events that were not read are dropped. Twice is as good as once.
   *
   * @throws {SandboxError} When the sandbox could not be told, which matters in the polling form alone: there it goes on
   * to collect events.
   *
   * @example Stop a loop from elsewhere
   * ```ts
   * import { RuntimeClient } from "@kruise-agents/runtime";
   * import { startLocalRuntime } from "@kruise-agents/runtime/local";
   * import { assertEquals } from "@std/assert";
   *
   * await using runtime = await startLocalRuntime();
   * const { files } = new RuntimeClient(runtime.clientOptions());
   * await files.makeDir("quiet");
   * const watch = await files.watchDir("quiet");
   * const events = Array.fromAsync(watch);
   * await watch.stop();
   * assertEquals(await events, []);
   * ```
   */
  stop(): Promise<void>;
}
