import { Code, ConnectError } from "@connectrpc/connect";
import process from "node:process";
import type { Child, InputName } from "./child.ts";
import type { EndEvent } from "./end_event.ts";

/** The size of a terminal in characters; 16 bits each. */
export interface TerminalSize {
  readonly cols: number;
  readonly rows: number;
}

/** What is to be started on a terminal. */
export interface PtyLaunch extends TerminalSize {
  /** A path, or a name that is in the environment's search path. */
  readonly file: string;
  readonly args: readonly string[];
  readonly envs: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
}

/** What an engine knows of a terminal. */
export interface Terminal {
  readonly output: AsyncIterable<Uint8Array>;
  /** Resolves once the terminal has taken it. */
  write(data: Uint8Array): Promise<void>;
  resize(cols: number, rows: number): void;
  /** Hangs up. */
  close(): void;
}

/** A process on a terminal. */
export class TerminalChild implements Child {
  readonly pid: number;
  readonly exit: Promise<EndEvent>;
  readonly outputs: Child["outputs"];
  readonly chunkBytes = 16_384;
  readonly #terminal: Terminal;
  #closed = false;
  #ended = false;

  constructor(pid: number, exit: Promise<EndEvent>, terminal: Terminal) {
    this.pid = pid;
    this.exit = exit;
    this.outputs = [["pty", terminal.output]];
    this.#terminal = terminal;
    void exit.then(() => this.#ended = true);
  }

  async write(to: InputName, data: Uint8Array): Promise<void> {
    if (to === "stdin") {
      throw new ConnectError(
        "error writing to stdin: tty assigned to process — input should be written to the pty, not the stdin",
        Code.Internal,
      );
    }
    if (data.byteLength === 0) return;
    try {
      await this.#terminal.write(data);
    } catch {
      throw new ConnectError(
        `error writing to tty: error writing to tty of process '${this.pid}': write /dev/ptmx: input/output error`,
        Code.Internal,
      );
    }
  }

  closeInput(): never {
    throw new ConnectError(
      "error closing stdin: cannot close stdin for PTY process — send Ctrl+D (0x04) instead",
      Code.Unknown,
    );
  }

  resize(cols: number, rows: number): void {
    // After the end there is nothing to resize, and the number may be another file's.
    if (!this.#closed) this.#terminal.resize(cols, rows);
  }

  destroy(): void {
    this.#closed = true;
    this.#terminal.close();
    if (this.#ended) return;
    // Processes that were started later have inherited the terminal's near side, so that it does not hang up by itself.
    try {
      process.kill(this.pid, "SIGHUP");
    } catch {
      // It was faster.
    }
  }
}
