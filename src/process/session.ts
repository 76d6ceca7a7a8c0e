import type { ProcessEvent_DataEvent as DataEvent } from "../../gen/process/process_pb.ts";
import type { Connection } from "../connection/connection.ts";
import { startTimer } from "../connection/deadline.ts";
import type { CommandResult, PartialResult } from "../errors/command_result.ts";
import { DisconnectedError } from "../errors/disconnected_error.ts";
import { isSandboxError } from "../errors/is_sandbox_error.ts";
import type { Bytes } from "../streams/bytes.ts";
import { type ExitStatus, exitStatus } from "./exit_status.ts";
import { within } from "./open_process.ts";
import type { Output } from "./output.ts";
import type { ProcessStream } from "./process_stream.ts";
import { QuietCut } from "./quiet_cut.ts";
import { sendSignal } from "./signals.ts";

/** How long a killed process may take to hand over its last output. Then that goes on in the background. */
const DRAIN_MS = 5_000;

/** Makes the error that a process ends with for its caller, out of what arrived. */
export type ErrorOf = (partial: PartialResult) => unknown;

/**
 * A process whose stream this client reads: it pumps output into `Output` until the end, and is the one place that
 * decides how the process ended for its caller.
 */
export class Session {
  /** The process. */
  readonly pid: number;
  /** What it prints. */
  readonly output: Output;
  /** How it ended. Rejects when the stream was lost, or with what `stop` was told. */
  readonly outcome: Promise<CommandResult>;
  readonly #connection: Connection;
  readonly #stream: ProcessStream;
  readonly #ended: Promise<void>;
  /** Rejects as soon as the caller itself has ended the process or the following of it; otherwise stays pending. */
  readonly interrupted: Promise<never>;
  #interrupt!: (reason: unknown) => void;
  #settle!: { resolve(result: CommandResult): void; reject(error: unknown): void };
  #onSettled: (() => void)[] = [];
  #settled = false;
  #stopping: Promise<void> | undefined;
  #overflow: ErrorOf | undefined;
  #quiet: QuietCut | undefined;

  /** Takes over a stream; `pumpWhen` delays the reading until the caller can have subscribed. */
  constructor(connection: Connection, stream: ProcessStream, output: Output, pumpWhen: Promise<void>) {
    this.#connection = connection;
    this.#stream = stream;
    this.pid = stream.pid;
    this.output = output;
    this.outcome = new Promise((resolve, reject) => this.#settle = { resolve, reject });
    // Whoever waits is told; nobody has to wait.
    this.outcome.catch(() => {});
    this.interrupted = new Promise((_, reject) => this.#interrupt = reject);
    this.interrupted.catch(() => {});
    this.#ended = pumpWhen.then(() => this.#pump());
  }

  /** The sandbox it runs in. */
  get sandboxId(): string | undefined {
    return this.#connection.options.sandboxId;
  }

  /** Whether it is known how the process ended. */
  get settled(): boolean {
    return this.#settled;
  }

  /** Calls back once the outcome is there. */
  onSettled(callback: () => void): void {
    if (this.#settled) callback();
    else this.#onSettled.push(callback);
  }

  /** Stops the process with this error as soon as more output came than is kept. */
  stopOnOverflow(error: ErrorOf): void {
    this.#overflow = error;
    this.#checkOverflow();
  }

  /**
   * The process is killed when the signal aborts, with its reason as the outcome. Whoever still waits after the end,
   * for a callback of theirs, is interrupted. Returns the way to stop listening.
   */
  stopOnAbort(signal: AbortSignal): () => void {
    const onAbort = () => {
      if (this.#settled) this.#interrupt(signal.reason);
      else void this.stop(() => signal.reason);
    };
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    return () => signal.removeEventListener("abort", onAbort);
  }

  /** The process is killed when it has lived so long. */
  stopAfter(milliseconds: number, error: ErrorOf): void {
    this.onSettled(startTimer(milliseconds, () => void this.stop(error)));
  }

  /** Kills the process, takes its last output, and makes this error the outcome. Nothing where it has ended. */
  stop(error: ErrorOf): Promise<void> {
    if (this.#settled) return Promise.resolve();
    this.#stopping ??= this.#stop(error);
    return this.#stopping;
  }

  /** Kills the process and takes its last output; the outcome is how it ended. false: it was gone. */
  async kill(send: () => Promise<boolean>): Promise<boolean> {
    if (this.#settled) return false;
    const killed = await send();
    if (killed) {
      this.output.release();
      await within(DRAIN_MS, this.#ended);
    }
    return killed;
  }

  /** Leaves the process alone. What it still prints is read in the background and dropped. */
  disconnect(): void {
    if (this.#settled) return;
    const error = new DisconnectedError(`Cannot follow process ${this.pid}: this handle was disconnected`, {
      code: "disconnected",
      sandboxId: this.sandboxId,
      pid: this.pid,
      partial: this.output.snapshot(),
      hint: "The process goes on: connectToProcess gives its later output",
    });
    this.#fail(error);
    this.#interrupt(error);
    this.#quiet = new QuietCut(this.#stream);
  }

  async #pump(): Promise<void> {
    try {
      while (true) {
        const event = await this.#stream.next();
        if (event.case === "end") return this.#end(exitStatus(event.value));
        this.#quiet?.restart();
        this.#take(event.value.output);
        if (this.output.isFull) await this.output.room();
      }
    } catch (error) {
      if (this.#stopping === undefined) this.#fail(this.#withPartial(error));
    } finally {
      this.#quiet?.stop();
    }
  }

  #take(output: DataEvent["output"]): void {
    if (output.case !== "stdout" && output.case !== "stderr") return;
    this.output.push(output.case, output.value as Bytes);
    this.#checkOverflow();
  }

  #checkOverflow(): void {
    if (this.#overflow !== undefined && this.output.overflowed) void this.stop(this.#overflow);
  }

  async #stop(error: ErrorOf): Promise<void> {
    this.output.release();
    await within(DRAIN_MS, this.#kill());
    // A kill that did not arrive has its reason told by the error below; the process goes on until its own end.
    const reason = error(this.output.snapshot());
    this.#fail(reason);
    this.#interrupt(reason);
  }

  async #kill(): Promise<void> {
    await sendSignal(this.#connection, this.pid, "SIGKILL");
    await this.#ended;
  }

  #end(status: ExitStatus): void {
    if (this.#stopping !== undefined || this.#settled) return;
    this.output.close();
    this.#settled = true;
    const { exitCode, signal, error } = status;
    this.#settle.resolve({
      exitCode,
      ...this.output.snapshot(),
      ...(error !== undefined && { error }),
      ...(signal !== undefined && { signal }),
      pid: this.pid,
    });
    this.#tell();
  }

  #fail(error: unknown): void {
    if (this.#settled) return;
    this.#settled = true;
    this.output.fail(error);
    this.#settle.reject(error);
    this.#tell();
  }

  #tell(): void {
    for (const callback of this.#onSettled) callback();
    this.#onSettled = [];
  }

  /** The error of a lost stream, with what had arrived. */
  #withPartial(error: unknown): unknown {
    if (!isSandboxError(error, "disconnected")) return error;
    const { message, sandboxId, cause } = error;
    return new DisconnectedError(message, {
      code: "disconnected",
      sandboxId,
      cause,
      pid: this.pid,
      partial: this.output.snapshot(),
      hint: `The process may still run: look with commands.list(), follow it with connectToProcess(${this.pid})`,
    });
  }
}
