import process from "node:process";
import type { ProcessConfig } from "../../../gen/process/process_pb.ts";
import { afterDelay } from "../deadline.ts";
import type { Child, InputName, OutputName } from "./child.ts";
import type { EndEvent } from "./end_event.ts";
import type { Fanout } from "./fanout.ts";
import type { Subscription } from "./subscription.ts";

/** How long a killed process's output is read on, where something else holds it open. */
const DRAIN_MS = 100;

/** A started process, and those who read from it. */
export class RunningProcess {
  readonly pid: number;
  readonly tag: string | undefined;
  readonly config: ProcessConfig | undefined;
  /** Resolves when nothing of the process is left here. */
  readonly ended: Promise<EndEvent>;

  readonly #child: Child;
  readonly #fanout: Fanout;
  readonly #exit: Promise<EndEvent>;
  #exited = false;
  #killed = false;
  #over = false;
  #stopDraining: () => void = () => {};
  #cancelDeadline: () => void = () => {};

  constructor(
    child: Child,
    options: {
      tag: string | undefined;
      config: ProcessConfig | undefined;
      fanout: Fanout;
      /** Called before the last event goes out, so that nobody finds a dead process. */
      onEnd: (end: EndEvent) => void;
    },
  ) {
    this.#child = child;
    this.pid = child.pid;
    this.tag = options.tag;
    this.config = options.config;
    this.#fanout = options.fanout;
    this.#exit = child.exit.then((end) => {
      this.#exited = true;
      if (this.#killed) this.#drainBriefly();
      return end;
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
    this.#child.destroy();
  }

  /**
   * Writes to standard input or to the terminal; resolves once that has taken it.
   *
   * @throws {ConnectError} `internal`, where nobody can read it
   */
  async write(to: InputName, data: Uint8Array): Promise<void> {
    await this.#child.write(to, data);
  }

  /**
   * Ends standard input; does nothing where it is at its end.
   *
   * @throws {ConnectError} `unknown`, for a terminal
   */
  closeInput(): void {
    this.#child.closeInput();
  }

  /**
   * Gives the terminal another size.
   *
   * @throws {ConnectError} `internal`, where there is none
   */
  resize(cols: number, rows: number): void {
    this.#child.resize(cols, rows);
  }

  async #run(onEnd: (end: EndEvent) => void): Promise<EndEvent> {
    const drained = new Promise<void>((resolve) => {
      this.#stopDraining = resolve;
    });
    const output = Promise.all(this.#child.outputs.map(([name, data]) => this.#forward(name, data)));
    const end = await this.#exit;
    await Promise.race([output, drained]);
    this.#stopDraining();
    this.#cancelDeadline();
    this.#over = true;
    this.abandon();
    this.#fanout.end({ event: { case: "end", value: end } }, () => onEnd(end));
    return end;
  }

  async #forward(name: OutputName, output: AsyncIterable<Uint8Array>): Promise<void> {
    const { chunkBytes } = this.#child;
    try {
      for await (const data of output) {
        for (let at = 0; at < data.byteLength; at += chunkBytes) {
          const value = data.subarray(at, at + chunkBytes);
          await this.#fanout.publish({ event: { case: "data", value: { output: { case: name, value } } } });
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
