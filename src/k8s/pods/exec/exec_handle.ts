import type { Bytes, CommandResult, InputData, OutputOptions, PtySize, WaitOptions } from "../../../../mod.ts";

/** How a command is run in a container. */
export interface ExecOptions {
  /**
   * Whether the end of the command is proven. The protocol can say that a command succeeded whose connection was cut:
   * with this it is run by a small `sh` in the container, which writes a random mark behind all output; without that
   * mark `wait` rejects with a `DisconnectedError`. A process that the command leaves behind must not write to the same
   * output afterwards.
   *
   * @default {false}
   */
  verified?: boolean | undefined;
  /**
   * The standard input. false: at its end from the start. true: open for `stdin` of the handle. Data: fed in order, then
   * its end.
   *
   * @default {false}
   */
  stdin?: boolean | InputData | undefined;
  /**
   * Whether it gets a terminal. Then there is no standard error: everything comes on standard output.
   *
   * @default {false}
   */
  tty?: boolean | undefined;
  /**
   * The size that the terminal begins with.
   *
   * @default {the runtime's own, mostly 0 by 0}
   */
  size?: PtySize | undefined;
  /** Ends the connection: everything rejects with its reason. The command itself may go on, as with `close`. */
  signal?: AbortSignal | undefined;
}

/**
 * A command that runs in a container of a pod.
 *
 * Nothing is read before `stdout`, `stderr` or `wait` is; the command then waits as behind a full pipe. What is read is
 * kept as by commands of a sandbox, so that whoever comes late still gets it.
 */
export interface ExecHandle extends AsyncDisposable {
  /**
   * Its standard input, where `stdin` is true. Closing it is the end of file, for which the server must speak v5 of the
   * protocol: else that rejects with an `UnsupportedError`.
   */
  readonly stdin: WritableStream<Uint8Array | string>;
  /** Its standard output. */
  readonly stdout: ReadableStream<Bytes>;
  /** Its standard error; empty with a terminal. */
  readonly stderr: ReadableStream<Bytes>;
  /**
   * Changes the size of its terminal.
   *
   * @param size The new size.
   * @throws {TypeError} When it has no terminal, or the size is none.
   * @throws {RangeError} When no terminal can have this size.
   * @throws {NotFoundError} `process_not_found`: it has ended.
   *
   * @example A terminal that follows the window
   * ```ts
   * import type { ExecHandle } from "@kruise-agents/runtime/k8s";
   *
   * function follow(exec: ExecHandle, onResize: (listener: (cols: number, rows: number) => void) => void): void {
   *   onResize((cols, rows) => void exec.resize({ cols, rows }));
   * }
   * ```
   */
  resize(size: PtySize): Promise<void>;
  /**
   * Waits for its end.
   *
   * Without `verified`, an exit code of 0 can also mean that the connection between node and container broke, or, with
   * nodes before Kubernetes 1.36, that the node died: the protocol does not tell them apart. A command that ends before
   * it has read all of its input is often told as lost, because the connection breaks under what is still being sent.
   *
   * @param options Callbacks, what is kept of the output, and whether another exit code than 0 rejects. What is kept can
   * only be said before anything is read.
   * @returns Exit code and output.
   *
   * @throws {CommandExitError} When the exit code is not 0, unless `check` is false.
   * @throws {DisconnectedError} When the connection was lost before the end was told.
   * @throws {KubeStatusError} When the command could not be run.
   * @throws {OutputLimitError} When it prints more than is kept, and `overflow` is `throw`.
   *
   * @example
   * ```ts
   * import type { KubeClient } from "@kruise-agents/runtime/k8s";
   *
   * async function isThere(kube: KubeClient, pod: string, path: string): Promise<boolean> {
   *   await using exec = await kube.exec({ pod }, ["test", "-e", path]);
   *   return (await exec.wait({ check: false })).exitCode === 0;
   * }
   * ```
   */
  wait(options?: WaitOptions & OutputOptions): Promise<Omit<CommandResult, "pid">>;
  /**
   * Ends the connection. A command that still runs is not killed by that: it mostly ends when it next reads or writes.
   *
   * @example A log that is followed for as long as somebody reads it
   * ```ts
   * import type { ExecHandle } from "@kruise-agents/runtime/k8s";
   *
   * async function firstLine(exec: ExecHandle): Promise<string> {
   *   try {
   *     const { value = new Uint8Array() } = await exec.stdout.getReader().read();
   *     return new TextDecoder().decode(value).split("\n")[0]!;
   *   } finally {
   *     await exec.close();
   *   }
   * }
   * ```
   */
  close(): Promise<void>;
}
