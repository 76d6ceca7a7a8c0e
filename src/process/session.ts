// One idea, though long: how a process ends for its caller (its end, a stop, a lost stream, a disconnect) is decided in one place.

import type { ProcessEvent_DataEvent as DataEvent } from "../../gen/codec/process/process.ts";
import type { Connection } from "../connection/connection.ts";
import type { CommandResult, PartialResult } from "../errors/command_result.ts";
import { DisconnectedError } from "../errors/disconnected_error.ts";
import { isSandboxError } from "../errors/is_sandbox_error.ts";
import type { Bytes } from "../streams/bytes.ts";
import { startTimer, within } from "../time/timer.ts";
import { endTree, GRACE_MS } from "./end_tree.ts";
import { type ExitStatus, exitStatus } from "./exit_status.ts";
import type { Output } from "./output.ts";
import type { ProcessStream, StreamEvent } from "./process_stream.ts";
import { pump } from "./pump.ts";
import { killDead } from "./signals.ts";
import { cutWhenSilent, type Silence } from "./silence.ts";

/** How long a killed process may take to hand over its last output. Then that goes on in the background. */
const DRAIN_MS = 5_000;
/** Silence of a process whose tree is dead, after which something else must hold its output. */
const HELD_MS = 500;

/** A process that this client has stopped. */
export interface Stopped {
  /** What it had printed. */
  readonly partial: PartialResult;
  /** Whether it may run on: the daemon did not confirm that it is dead. */
  readonly mayRun: boolean;
  /** Whether what it has started may run on, where it does not itself. */
  readonly treeMayRun?: boolean;
  /** Why that is so, where it is known. */
  readonly cause?: unknown;
}

/** What a session is told about its process. */
export interface SessionOptions {
  /** Whether this client started it. */
  readonly owned: boolean;
  /** Delays the reading until the caller can have subscribed. */
  readonly pumpWhen: Promise<void>;
  /** The call that follows such a process anew, for hints. */
  readonly connect?: string;
}

/** Makes the error that a stopped process ends with for its caller. */
export type ErrorOf = (stopped: Stopped) => unknown;

/**
 * A process whose stream this client reads: it pumps output into `Output` until the end, and is the one place that
 * decides how the process ended for its caller.
 */
export class Session {
  /** The process. */
  readonly pid: number;
  /** What it prints. */
  readonly output: Output;
  /** Whether this client started it, and answers for its end. */
  readonly owned: boolean;
  /** How it ended. Rejects when the stream was lost, or with what `stop` was told. */
  readonly outcome: Promise<CommandResult>;
  readonly #connection: Connection;
  readonly #stream: ProcessStream;
  readonly #pumped: Promise<void>;
  readonly #again: string;
  readonly #interrupts = new Set<(reason: unknown) => void>();
  #settle!: { resolve(result: CommandResult): void; reject(error: unknown): void };
  #settled = false;
  /** Why its stream was lost, and the end of its output with it. */
  #cut: unknown;
  #exited = false;
  #disconnected = false;
  #stopping: Promise<void> | undefined;
  readonly #onSettled = new Set<() => void>();
  #onOver: ((stopped: boolean) => void)[] = [];
  #overflow: ErrorOf | undefined;
  #quiet: Silence | undefined;
  #taken = 0;
  #read = false;

  /** Takes over a stream. */
  constructor(
    connection: Connection,
    stream: ProcessStream,
    output: Output,
    { owned, pumpWhen, connect = "connectToProcess" }: SessionOptions,
  ) {
    this.#connection = connection;
    this.#stream = stream;
    this.pid = stream.pid;
    this.output = output;
    this.owned = owned;
    this.#again = connect;
    this.outcome = new Promise((resolve, reject) => this.#settle = { resolve, reject });
    // Whoever waits is told; nobody has to wait.
    this.outcome.catch(() => {});
    this.#pumped = pumpWhen.then(() => this.#pump());
  }

  /** The sandbox it runs in. */
  get sandboxId(): string | undefined {
    return this.#connection.options.sandboxId;
  }

  /** Whether the process is known to have ended. Its pid may then be another's. */
  get exited(): boolean {
    return this.#exited;
  }

  /** Whether its caller has let go of it. */
  get disconnected(): boolean {
    return this.#disconnected;
  }

  /** Calls back once the outcome is there. */
  onSettled(callback: () => void): void {
    if (this.#settled) callback();
    else this.#onSettled.add(callback);
  }

  /** Calls back once the process has ended or was stopped, which a lost or disconnected stream does not tell. */
  onOver(callback: (stopped: boolean) => void): void {
    if (this.#exited || this.#stopping !== undefined) callback(this.#stopping !== undefined);
    else this.#onOver.push(callback);
  }

  /**
   * How it ended, once `delivered` has settled too. Where that rejects, where the caller itself has ended the process
   * or the following of it, and where the signal aborts, it rejects at once.
   */
  wait(delivered: Promise<void>, signal?: AbortSignal | undefined): Promise<CommandResult> {
    return new Promise((resolve, reject) => {
      const interrupt = (reason: unknown) => {
        leave();
        reject(reason);
      };
      const onAbort = () => interrupt(signal!.reason);
      const finish = () => void this.outcome.then(resolve, reject).finally(leave);
      const leave = () => {
        this.#interrupts.delete(interrupt);
        this.#onSettled.delete(finish);
        signal?.removeEventListener("abort", onAbort);
      };
      if (signal?.aborted) return onAbort();
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#interrupts.add(interrupt);
      // What is delivered ends with the output, and so once the outcome is there.
      delivered.then(() => {
        if (this.#interrupts.has(interrupt)) this.onSettled(finish);
      }, interrupt);
    });
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

  /** Ends the process tree, takes the last output, and makes this error the outcome. Nothing where it has settled. */
  stop(error: ErrorOf): Promise<void> {
    if (this.#settled) return Promise.resolve();
    this.#stopping ??= this.#stop(error);
    return this.#stopping;
  }

  /** Kills the process and takes its last output; the outcome is how it ended. false: it was gone. */
  async kill(send: () => Promise<boolean>): Promise<boolean> {
    if (this.#exited) return false;
    // A reader that is behind must not keep the end from arriving.
    this.output.release();
    const found = await send();
    await within(DRAIN_MS, this.#pumped);
    return found;
  }

  /**
   * Ends the process with all that it has started, and takes the last output; the outcome is how it ended. Also what a
   * process has left behind that has ended itself. false: there was nothing.
   *
   * @throws {SandboxError} `internal`, naming what could not be ended
   */
  async killTree(graceMs: number = GRACE_MS): Promise<boolean> {
    const ended = this.#exited;
    this.output.release();
    const { found, problem } = await endTree(this.#connection, this.pid, { graceMs, ended });
    if (!ended) await this.#drainTree();
    if (problem !== undefined) throw problem;
    return found;
  }

  /** Leaves the process alone. What it still prints is read in the background and dropped. */
  disconnect(): void {
    this.#disconnected = true;
    if (this.#settled) return;
    const error = new DisconnectedError(`Cannot follow process ${this.pid}: this handle was disconnected`, {
      code: "disconnected",
      sandboxId: this.sandboxId,
      pid: this.pid,
      partial: this.output.snapshot(),
      hint: `The process goes on: ${this.#again} gives its later output`,
    });
    this.output.release();
    this.#fail(error);
    this.#interrupt(error);
    this.#quiet = cutWhenSilent(() => this.#stream.cut());
    this.#quiet.wait();
  }

  async #pump(): Promise<void> {
    try {
      await pump(this.#stream, {
        output: this.output,
        take: (event) => this.#take(event),
        onWait: () => this.#quiet?.wait(),
      });
    } catch (error) {
      await this.#lost(error);
    } finally {
      this.#read = true;
      this.#quiet?.stop();
    }
  }

  /** Whether the process has ended. */
  #take(event: StreamEvent): boolean {
    this.#taken++;
    if (event.$case === "end") this.#end(exitStatus(event.value));
    else this.#takeOutput(event.value.output);
    return event.$case === "end";
  }

  #takeOutput(output: DataEvent["output"]): void {
    if (output === undefined) return;
    // A terminal has one stream for all, which counts as standard output.
    this.output.push(output.$case === "stderr" ? "stderr" : "stdout", output.value as Bytes);
    this.#checkOverflow();
  }

  #checkOverflow(): void {
    if (this.#overflow !== undefined && this.output.overflowed) void this.stop(this.#overflow);
  }

  async #stop(error: ErrorOf): Promise<void> {
    this.output.release();
    this.#over(true);
    let mayRun = true;
    let cause: unknown;
    const ending = endTree(this.#connection, this.pid).then(({ problem }) => {
      mayRun = false;
      cause = problem;
    }, (failure) => void (cause = failure));
    await within(GRACE_MS + DRAIN_MS, ending);
    if (!mayRun) await this.#drainTree();
    const known = cause !== undefined
      ? { cause, treeMayRun: !mayRun }
      : this.#cut !== undefined && { cause: this.#cut };
    const reason = error({ partial: this.output.snapshot(), mayRun, ...known });
    this.#fail(reason);
    this.#interrupt(reason);
  }

  /** Takes the last output of a dead tree. The daemon waits for what has left the tree, unless it kills itself. */
  async #drainTree(): Promise<void> {
    const hurry = async () => {
      for (let seen = -1; seen !== this.#taken && !this.#read;) {
        seen = this.#taken;
        await within(HELD_MS, this.#pumped);
      }
      const isRead = () => within(HELD_MS, this.#pumped).then(() => this.#read);
      if (!this.#read) await killDead(this.#connection, this.pid, isRead);
      await this.#pumped;
    };
    await within(DRAIN_MS, hurry());
  }

  /** The stream ended without the process's end. */
  async #lost(error: unknown): Promise<void> {
    this.#cut = error;
    if (this.#settled || this.#stopping !== undefined) return;
    if (isSandboxError(error, "disconnected")) return this.#fail(this.#withPartial(error));
    // An answer that makes no sense was cut off: its process must not run on with nobody to answer for it.
    if (this.owned) {
      this.#over(true);
      await within(GRACE_MS + DRAIN_MS, endTree(this.#connection, this.pid));
    }
    this.#fail(error);
  }

  #end({ exitCode, signal, error }: ExitStatus): void {
    this.#exited = true;
    this.#over(false);
    if (this.#stopping !== undefined || this.#settled) return;
    // Not spread, which would ask for what is made late.
    const result: CommandResult = Object.assign(this.output.snapshot(), {
      exitCode,
      ...(error !== undefined && { error }),
      ...(signal !== undefined && { signal }),
      pid: this.pid,
    });
    this.output.close();
    this.#settle.resolve(result);
    this.#tellSettled();
  }

  #fail(error: unknown): void {
    if (this.#settled) return;
    this.output.fail(error);
    this.#settle.reject(error);
    this.#tellSettled();
  }

  #tellSettled(): void {
    this.#settled = true;
    for (const callback of this.#onSettled) callback();
    this.#onSettled.clear();
  }

  #over(stopped: boolean): void {
    for (const callback of this.#onOver) callback(stopped);
    this.#onOver = [];
  }

  #interrupt(reason: unknown): void {
    for (const interrupt of this.#interrupts) interrupt(reason);
  }

  /** The error of a lost stream, with what had arrived. */
  #withPartial({ message, sandboxId, cause }: DisconnectedError): DisconnectedError {
    return new DisconnectedError(message, {
      code: "disconnected",
      sandboxId,
      cause,
      pid: this.pid,
      partial: this.output.snapshot(),
      hint: `The process may still run: look with commands.list(), follow it with ${this.#again}(${this.pid})`,
    });
  }
}
