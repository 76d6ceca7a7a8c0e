import type { CallOptions } from "../connection/call_options.ts";
import { waitFor } from "../connection/deadline.ts";
import type { CommandResult } from "../errors/command_result.ts";
import { InvalidArgumentError } from "../errors/invalid_argument_error.ts";
import { checked } from "../process/checked.ts";
import { checkCallbacks, deliver, type Delivery, type WaitOptions } from "../process/deliver.ts";
import { outputStream } from "../process/output_stream.ts";
import { processEnded } from "../process/process_ended.ts";
import type { Session } from "../process/session.ts";
import type { ProcessSignal } from "../process/signals.ts";
import type { Bytes } from "../streams/bytes.ts";
import type { CommandHandle, KillOptions } from "./command_handle.ts";
import { checkKill } from "./kill_options.ts";
import { lines, type LinesOptions } from "./lines.ts";
import { type OutputEvent, outputEvents } from "./output_events.ts";
import type { ProcessCalls } from "./process_calls.ts";
import { waitForLine, type WaitForLineOptions } from "./wait_for_line.ts";

/** What a handle is of. */
export interface HandleOf {
  /** Its name in messages. */
  readonly name: string;
  /** The process. */
  readonly session: Session;
  /** Calls of the daemon about processes. */
  readonly calls: ProcessCalls;
  /** The delivery to the callbacks it was started with, which `wait` waits for too. */
  readonly delivery?: Delivery | undefined;
  /** Whether its input is open; undefined: only the daemon knows. */
  readonly inputOpen?: boolean | undefined;
  /** What `wait` does where it is not told. */
  readonly check?: boolean | undefined;
}

/** The handle of a command, over the session of its process. */
export class ProcessHandle implements CommandHandle {
  readonly #of: HandleOf;
  #stdout: ReadableStream<Bytes> | undefined;
  #stderr: ReadableStream<Bytes> | undefined;

  constructor(of: HandleOf) {
    this.#of = of;
  }

  // Made when they are asked for: two web streams are much of what an idle handle would weigh.
  get stdout(): ReadableStream<Bytes> {
    return this.#stdout ??= outputStream(this.#of.session.output, "stdout");
  }

  get stderr(): ReadableStream<Bytes> {
    return this.#stderr ??= outputStream(this.#of.session.output, "stderr");
  }

  get pid(): number {
    return this.#of.session.pid;
  }

  async wait(options: WaitOptions = {}): Promise<CommandResult> {
    const { name, session, check } = this.#of;
    checkCallbacks(options);
    options.signal?.throwIfAborted();
    const delivery = deliver(session.output, options);
    try {
      const result = await session.wait(delivery.done, options.signal);
      if (this.#of.delivery !== undefined) await waitFor(this.#of.delivery.done, options.signal);
      return checked(name, result, options.check ?? check ?? true, session);
    } finally {
      delivery.cancel();
    }
  }

  disconnect(): Promise<void> {
    this.#of.session.disconnect();
    return Promise.resolve();
  }

  async kill(options: KillOptions = {}): Promise<boolean> {
    const { session, calls } = this.#of;
    const graceMs = checkKill(options);
    if (graceMs === undefined) return await session.kill(() => calls.sendSignal(session.pid, "SIGKILL", options));
    return await calls.killing(session.pid, graceMs, options, () => session.killTree(graceMs));
  }

  async sendSignal(signal: ProcessSignal, options: CallOptions = {}): Promise<boolean> {
    // The pid of a process that has ended may be another's by now.
    if (this.#of.session.exited) return false;
    return await this.#of.calls.sendSignal(this.pid, signal, options);
  }

  async sendStdin(data: string | Uint8Array, options: CallOptions = {}): Promise<void> {
    this.#checkInput("send input to");
    await this.#of.calls.sendStdin(this.pid, data, options);
  }

  async closeStdin(options: CallOptions = {}): Promise<void> {
    this.#checkInput("close the input of");
    await this.#of.calls.closeStdin(this.pid, options);
  }

  lines(options: LinesOptions = {}): AsyncIterable<string> {
    return lines(this.#of.session.output, options);
  }

  waitFor(pattern: RegExp, options: WaitForLineOptions = {}): Promise<RegExpMatchArray> {
    return waitForLine(this.#of.name, this.#of.session, pattern, options);
  }

  [Symbol.asyncIterator](): AsyncIterator<OutputEvent> {
    return outputEvents(this.#of.session.output, this.#of.session.outcome);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { session } = this.#of;
    const { owned, disconnected } = session;
    if (!owned || disconnected) return await this.disconnect();
    // What a process has left behind that ended by itself was meant to stay.
    if (!session.exited) await session.killTree();
  }

  #checkInput(what: string): void {
    const { session, inputOpen } = this.#of;
    if (session.exited) throw processEnded(what, session);
    if (inputOpen !== false) return;
    throw new InvalidArgumentError(`Cannot ${what} process ${this.pid}: its input is not open`, {
      code: "invalid_argument",
      sandboxId: session.sandboxId,
      hint: "Start the command with stdin: true",
    });
  }
}
