import { Code, ConnectError } from "@connectrpc/connect";
import type { ChildProcess } from "node:child_process";
import { type EndEvent, endEvent } from "./end_event.ts";

/** A stream of a process. */
export type OutputName = "stdout" | "stderr" | "pty";

/** Where input goes. */
export type InputName = "stdin" | "pty";

/** A process that was started, and what it is attached to: pipes or a terminal. */
export interface Child {
  readonly pid: number;
  /** How it ended. */
  readonly exit: Promise<EndEvent>;
  /** What it prints. */
  readonly outputs: readonly (readonly [name: OutputName, data: AsyncIterable<Uint8Array>])[];
  /** The most of it that one data event carries. */
  readonly chunkBytes: number;
  /**
   * Writes; resolves once the process has taken it, or what lies in between.
   *
   * @throws {ConnectError} `internal`, where nobody can read it
   */
  write(to: InputName, data: Uint8Array): Promise<void>;
  /**
   * Ends standard input; does nothing where it is at its end.
   *
   * @throws {ConnectError} `unknown`, for a terminal
   */
  closeInput(): void;
  /**
   * Gives the terminal another size.
   *
   * @throws {ConnectError} `internal`, where there is none
   */
  resize(cols: number, rows: number): void;
  /** Breaks its pipes, or hangs up. */
  destroy(): void;
}

/** A process on pipes. */
export class PipedChild implements Child {
  readonly pid: number;
  readonly exit: Promise<EndEvent>;
  readonly outputs: Child["outputs"];
  readonly chunkBytes = 32_768;
  readonly #child: ChildProcess;
  #stdinClosed = false;

  constructor(child: ChildProcess) {
    this.#child = child;
    this.pid = child.pid!;
    // A reader that went away is told to whoever writes next.
    child.stdin?.on("error", () => {});
    this.exit = new Promise((resolve) => child.once("exit", (code, signal) => resolve(endEvent(code, signal))));
    this.outputs = [["stdout", child.stdout!], ["stderr", child.stderr!]];
  }

  async write(to: InputName, data: Uint8Array): Promise<void> {
    if (to === "pty") {
      throw new ConnectError(
        "error writing to tty: tty not assigned to process — input should be written to the stdin, not the tty",
        Code.Internal,
      );
    }
    const stdin = this.#child.stdin;
    if (!stdin || this.#stdinClosed) throw inputError("stdin not enabled or closed");
    if (data.byteLength === 0) return;
    await new Promise<void>((resolve, reject) => {
      stdin.write(data, (error) => {
        if (!error) return resolve();
        reject(inputError(
          `error writing to stdin of process '${this.pid}': write |1: broken pipe`,
        ));
      });
    });
  }

  closeInput(): void {
    this.#stdinClosed = true;
    this.#child.stdin?.end();
  }

  resize(): never {
    throw new ConnectError("error resizing tty: tty not assigned to process", Code.Internal);
  }

  destroy(): void {
    const { stdin, stdout, stderr } = this.#child;
    for (const pipe of [stdin, stdout, stderr]) pipe?.destroy();
  }
}

function inputError(reason: string): ConnectError {
  return new ConnectError(`error writing to stdin: ${reason}`, Code.Internal);
}
