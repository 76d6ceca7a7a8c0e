import type { CallOptions } from "../connection/call_options.ts";
import type { Connection } from "../connection/connection.ts";
import { withLimits } from "../connection/deadline.ts";
import type { InputQueue } from "../process/input_queue.ts";
import { processEnded } from "../process/process_ended.ts";
import type { Session } from "../process/session.ts";
import { selectPid, sendSignal } from "../process/signals.ts";
import type { Bytes } from "../streams/bytes.ts";
import { keyboardOf } from "./keyboard.ts";
import type { PtyExit, PtyHandle, PtyWaitOptions } from "./pty_handle.ts";
import { screenOf, ScreenQueue } from "./screen.ts";
import { checkSize, type PtySize } from "./size.ts";

/** The handle of a terminal, over the session of its process. */
export class TerminalHandle implements PtyHandle {
  readonly #connection: Connection;
  readonly #input: InputQueue;
  readonly #session: Session;
  readonly #shown: ScreenQueue;
  #readable: ReadableStream<Bytes> | undefined;
  #writable: WritableStream<Uint8Array | string> | undefined;
  #resized: Promise<unknown> = Promise.resolve();

  constructor(connection: Connection, input: InputQueue, session: Session) {
    this.#connection = connection;
    this.#input = input;
    this.#session = session;
    this.#shown = new ScreenQueue(session.output);
  }

  // Made when they are asked for: web streams are much of what an idle handle would weigh.
  get readable(): ReadableStream<Bytes> {
    return this.#readable ??= screenOf(this.#shown);
  }

  get writable(): WritableStream<Uint8Array | string> {
    // A terminal that takes no more holds its writer back as long as it likes: that is no slow answer.
    return this.#writable ??= keyboardOf(
      this.#session,
      (data, signal) => this.#input.send(this.#connection, this.pid, data, { requestTimeoutMs: 0, signal }, "pty"),
    );
  }

  get pid(): number {
    return this.#session.pid;
  }

  async resize(size: PtySize, options: CallOptions = {}): Promise<void> {
    const checked = checkSize(size);
    const { signal } = options;
    signal?.throwIfAborted();
    if (this.#session.exited) throw processEnded("resize the terminal of", this.#session);
    const call = this.#connection.call(`resize the terminal of process ${this.pid}`, "process", options);
    const request = { process: selectPid(this.pid), pty: { size: checked } };
    // The last size must be the last to arrive.
    const before = this.#resized;
    const resized = withLimits({ signal, timeoutMs: call.timeoutMs, context: call }, () => before)
      .then(() => this.#connection.rpc.process.update(request, call, signal));
    this.#resized = Promise.allSettled([before, resized]);
    await resized;
  }

  async wait(options: PtyWaitOptions = {}): Promise<PtyExit> {
    options.signal?.throwIfAborted();
    const { exitCode, signal, error, pid } = await this.#session.wait(Promise.resolve(), options.signal);
    return { exitCode, ...(signal !== undefined && { signal }), ...(error !== undefined && { error }), pid };
  }

  async kill(options: CallOptions = {}): Promise<boolean> {
    return await this.#session.kill(() => sendSignal(this.#connection, this.pid, "SIGKILL", options));
  }

  disconnect(): Promise<void> {
    this.#session.disconnect();
    return Promise.resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { owned, disconnected, exited } = this.#session;
    if (!owned || disconnected) return await this.disconnect();
    // At once, because a shell that is used by hand ignores SIGTERM.
    if (!exited) await this.#session.killTree(0);
  }
}
