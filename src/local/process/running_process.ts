import { Code, ConnectError } from "@connectrpc/connect";
import type { ChildProcess } from "node:child_process";
import process from "node:process";
import type { Readable } from "node:stream";
import type { ProcessConfig } from "../../../gen/process/process_pb.ts";
import { afterDelay } from "../deadline.ts";
import { type EndEvent, endEvent } from "./end_event.ts";
import type { Fanout } from "./fanout.ts";
import type { Subscription } from "./subscription.ts";

/** The most that one data event carries. */
const CHUNK_BYTES = 32_768;

/** How long a killed process's pipes are read on, where something else holds them. */
const DRAIN_MS = 100;

/** A started process: its pipes, and those who read from it. */
export class RunningProcess {
  readonly pid: number;
  readonly tag: string | undefined;
  readonly config: ProcessConfig | undefined;
  /** Resolves when nothing of the process is left here. */
  readonly ended: Promise<EndEvent>;

  readonly #child: ChildProcess;
  readonly #fanout: Fanout;
  readonly #exit: Promise<EndEvent>;
  #exited = false;
  #killed = false;
  #over = false;
  #stdinClosed = false;
  #stopDraining: () => void = () => {};
  #cancelDeadline: () => void = () => {};

  constructor(
    child: ChildProcess,
    options: {
      tag: string | undefined;
      config: ProcessConfig | undefined;
      fanout: Fanout;
      /** Called before the last event goes out, so that nobody finds a dead process. */
      onEnd: (end: EndEvent) => void;
    },
  ) {
    this.#child = child;
    this.pid = child.pid!;
    this.tag = options.tag;
    this.config = options.config;
    this.#fanout = options.fanout;
    // A reader that went away is told to whoever writes next.
    child.stdin?.on("error", () => {});
    this.#exit = new Promise((resolve) => {
      child.once("exit", (code, signal) => {
        this.#exited = true;
        if (this.#killed) this.#drainBriefly();
        resolve(endEvent(code, signal));
      });
    });
    this.ended = this.#run(options.onEnd);
  }

  /** Adds a reader, who gets a start event and what comes from now on. */
  subscribe(signal: AbortSignal): Subscription {
    return this.#fanout.subscribe({ event: { case: "start", value: { pid: this.pid } } }, signal);
  }

  /** Kills the process after that time; its starter then gets an error and no end. */
  limit(timeoutMs: number, starter: Subscription): void {
    this.#cancelDeadline = afterDelay(timeoutMs, () => {
      starter.expire();
      this.kill("SIGKILL");
    });
  }

  /** Signals the process itself, not its children. The pipes are then not waited for. */
  kill(signal: "SIGTERM" | "SIGKILL"): void {
    if (this.#over) return;
    this.#killed = true;
    if (this.#exited) return this.#drainBriefly();
    try {
      // Deno's `child.kill()` reports the signal as the end, also of a process that handles it.
      process.kill(this.pid, signal);
    } catch {
      // It has just ended.
    }
  }

  /** Breaks its pipes, as a daemon does that dies. The process may run on. */
  abandon(): void {
    const { stdin, stdout, stderr } = this.#child;
    for (const pipe of [stdin, stdout, stderr]) pipe?.destroy();
  }

  /**
   * Writes to standard input; resolves once the process has taken it, or its pipe.
   *
   * @throws {ConnectError} `internal`, where nobody can read it
   */
  async write(data: Uint8Array): Promise<void> {
    const stdin = this.#child.stdin;
    if (!stdin || this.#stdinClosed) {
      throw inputError("stdin not enabled or closed");
    }
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

  /** Ends standard input; does nothing where it is at its end. */
  closeInput(): void {
    this.#stdinClosed = true;
    this.#child.stdin?.end();
  }

  async #run(onEnd: (end: EndEvent) => void): Promise<EndEvent> {
    const drained = new Promise<void>((resolve) => {
      this.#stopDraining = resolve;
    });
    const { stdout, stderr } = this.#child;
    const output = Promise.all([
      this.#forward(stdout!, "stdout"),
      this.#forward(stderr!, "stderr"),
    ]);
    const end = await this.#exit;
    await Promise.race([output, drained]);
    this.#stopDraining();
    this.#cancelDeadline();
    this.#over = true;
    this.abandon();
    this.#fanout.end({ event: { case: "end", value: end } }, () => onEnd(end));
    return end;
  }

  async #forward(pipe: Readable, output: "stdout" | "stderr"): Promise<void> {
    try {
      for await (const data of pipe as AsyncIterable<Uint8Array>) {
        for (let at = 0; at < data.byteLength; at += CHUNK_BYTES) {
          const value = data.subarray(at, at + CHUNK_BYTES);
          await this.#fanout.publish({
            event: { case: "data", value: { output: { case: output, value } } },
          });
        }
      }
    } catch {
      // A pipe that is closed while it is read has ended like any other.
    }
  }

  #drainBriefly(): void {
    const stop = this.#stopDraining;
    const cancel = afterDelay(DRAIN_MS, stop);
    this.#stopDraining = () => {
      cancel();
      stop();
    };
  }
}

function inputError(reason: string): ConnectError {
  return new ConnectError(`error writing to stdin: ${reason}`, Code.Internal);
}
