// One object: what it reads decides what its waits, its streams and its input say.
import {
  type Bytes,
  type CommandResult,
  DisconnectedError,
  KubeStatusError,
  NotFoundError,
  OutputLimitError,
  type OutputOptions,
  type PtySize,
  type Status,
  UnsupportedError,
  type WaitOptions,
} from "../../../../mod.ts";
import { checked } from "../../../process/checked.ts";
import { checkCallbacks, deliver } from "../../../process/deliver.ts";
import type { Channel, Output } from "../../../process/output.ts";
import { handleReaders, outputOf } from "../../../process/output_limits.ts";
import { outputStream } from "../../../process/output_stream.ts";
import { concat } from "../../../streams/bytes.ts";
import { decodeUtf8 } from "../../../streams/utf8_decoder.ts";
import { withLimits } from "../../client/limits.ts";
import { masked } from "../../client/secrets.ts";
import { statusError } from "../../errors/status_error.ts";
import type { KubeSocket } from "../../sockets/kube_socket.ts";
import { brokenProtocol, lostSocket } from "../../sockets/socket_errors.ts";
import { CHANNEL, closeStdinFrame, idleFrame, resizeFrame } from "./channels.ts";
import { EndMark } from "./end_mark.ts";
import type { ExecHandle } from "./exec_handle.ts";
import { readExecStatus } from "./exec_status.ts";
import { closedStdin, feedStdin, type StdinPort, stdinStream } from "./stdin_stream.ts";
import { type CheckedExec, checkSize } from "./check_exec.ts";

/** A `Status` is never larger than this. */
const MOST_STATUS_BYTES = 1024 * 1024;
/** Proxies cut what is silent, the strictest after a minute. */
const IDLE_MS = 25_000;

/** A command's end: how, and with which words of the server. */
interface Exit {
  readonly exitCode: number;
  readonly error?: string;
}

/** A command over a socket that is open. */
export class ContainerExec implements ExecHandle, StdinPort {
  readonly stdin: WritableStream<Uint8Array | string>;
  readonly stdout: ReadableStream<Bytes>;
  readonly stderr: ReadableStream<Bytes>;
  readonly over: Promise<never>;
  readonly #socket: KubeSocket;
  readonly #exec: CheckedExec;
  readonly #explain: (error: unknown) => Promise<unknown>;
  readonly #marks: Readonly<Record<Channel, EndMark>> | undefined;
  readonly #status: Bytes[] = [];
  #statusBytes = 0;
  readonly #exit: Promise<Exit>;
  #settle!: { resolve(exit: Exit): void; reject(error: unknown): void };
  #stop: (error: unknown) => void = () => {};
  readonly #sending = new Set<(why: unknown) => void>();
  #isOver = false;
  #failure: { readonly error: unknown } | undefined;
  #output: Output | undefined;

  /** Takes over a socket; `explain` makes the error of a command that could not be run say more. */
  constructor(socket: KubeSocket, exec: CheckedExec, explain: (error: unknown) => Promise<unknown>) {
    this.#socket = socket;
    this.#exec = exec;
    this.#explain = explain;
    const { mark, stdin, signal, tty } = exec;
    this.#marks = mark === undefined ? undefined : { stdout: new EndMark(mark), stderr: new EndMark(mark) };
    this.#exit = new Promise((resolve, reject) => this.#settle = { resolve, reject });
    this.#exit.catch(() => {});
    this.over = new Promise((_, reject) => this.#stop = reject);
    this.over.catch(() => {});
    const late = { attach: (...args: Parameters<Output["attach"]>) => this.#begin({}).attach(...args) };
    this.stdout = outputStream(late, "stdout");
    this.stderr = outputStream(late, "stderr");
    this.stdin = stdin === true ? stdinStream(this) : closedStdin();
    if (typeof stdin !== "boolean") void feedStdin(this, stdin);
    this.#heed(signal);
    if (!socket.pings) this.#keepAlive();
    if (tty && exec.size !== undefined) void this.send(resizeFrame(exec.size)).catch(() => {});
  }

  async resize(size: PtySize): Promise<void> {
    if (!this.#exec.tty) throw new TypeError("Cannot resize a command without a terminal: pass tty: true to exec");
    await this.send(resizeFrame(checkSize(size)));
  }

  async wait(options: WaitOptions & OutputOptions = {}): Promise<Omit<CommandResult, "pid">> {
    const { onStdout, onStderr, check = true, signal, ...keep } = options;
    checkCallbacks({ onStdout, onStderr });
    signal?.throwIfAborted();
    const output = this.#begin(keep);
    const delivery = deliver(output, { onStdout, onStderr });
    const limits = { what: `wait for ${this.#exec.name}`, signals: signal ? [signal] : [], timeoutMs: 0 };
    const exit = await withLimits(limits, async () => {
      await delivery.done;
      return await this.#exit;
    }).finally(() => delivery.cancel());
    const result = Object.assign(output.snapshot(), exit);
    if (check && exit.exitCode !== 0) {
      checked(this.#exec.name, Object.assign(result, { pid: 0 }), check, { sandboxId: undefined });
    }
    return result;
  }

  async close(): Promise<void> {
    this.fail(lostSocket(this.#exec.what, "it was closed before the end"));
    await this.#socket.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async send(message: Bytes): Promise<void> {
    if (this.#isOver) return await this.over;
    await new Promise<void>((resolve, reject) => {
      // No race with the end: what waits for that piles up with every message.
      this.#sending.add(reject);
      this.#socket.send(message).then(resolve, reject).finally(() => this.#sending.delete(reject));
    });
  }

  async end(): Promise<void> {
    if (this.#socket.protocol === "v5.channel.k8s.io") return await this.send(closeStdinFrame());
    throw new UnsupportedError(`Cannot end the standard input of ${this.#exec.name}: the server speaks no v5`, {
      code: "unsupported",
      hint: "Run a command that knows its end by itself, such as head -c, or use a server of Kubernetes 1.30 or later",
    });
  }

  fail(error: unknown): void {
    if (this.#isOver) return;
    const known = error instanceof DisconnectedError && this.#output !== undefined
      ? withPartial(error, this.#output)
      : error;
    this.#finish(known);
    this.#failure = { error: known };
    this.#output?.fail(known);
    this.#settle.reject(known);
    void this.#socket.close();
  }

  /** Reads what comes, from the first time on that somebody wants it. */
  #begin(options: OutputOptions): Output {
    const wishes = Object.entries(options).filter(([, value]) => value !== undefined);
    if (this.#output !== undefined) {
      if (wishes.length === 0) return this.#output;
      throw new TypeError(`Cannot set ${wishes[0]![0]}: the output is read already, so call wait first`);
    }
    const output = outputOf(options);
    this.#output = output;
    if (this.#failure !== undefined) output.fail(this.#failure.error);
    else void this.#read(output, options);
    return output;
  }

  async #read(output: Output, options: OutputOptions): Promise<void> {
    const { messages } = this.#socket;
    let lost: unknown;
    await handleReaders(options);
    try {
      while (!this.#isOver) {
        const message = messages.take() ?? await messages.next();
        if (message === undefined) break;
        this.#take(output, message);
        if (options.overflow === "throw" && output.overflowed) this.fail(this.#overflow(options));
        if (output.isFull) await output.room();
      }
    } catch (error) {
      lost = error;
    }
    if (!this.#isOver) await this.#ended(output, lost);
  }

  #take(output: Output, message: Bytes): void {
    const data = message.subarray(1);
    if (data.byteLength === 0) return;
    switch (message[0]) {
      case CHANNEL.stdout:
        return this.#push(output, "stdout", data);
      case CHANNEL.stderr:
        return this.#push(output, "stderr", data);
      case CHANNEL.status:
        this.#status.push(data);
        this.#statusBytes += data.byteLength;
        if (this.#statusBytes > MOST_STATUS_BYTES) {
          this.fail(brokenProtocol(this.#exec.what, "the status is larger than 1 MiB"));
        }
    }
  }

  #push(output: Output, channel: Channel, data: Bytes): void {
    output.push(channel, this.#marks === undefined ? data : this.#marks[channel].push(data));
  }

  /** Everything has come that will: what does it say? */
  async #ended(output: Output, lost: unknown): Promise<void> {
    const { what } = this.#exec;
    const mark = this.#endOfMarks(output);
    const text = masked(decodeUtf8(concat(this.#status)), this.#socket);
    const told = readExecStatus(text);
    if (mark !== undefined) return this.#succeed(output, { ...(told && "error" in told && told), exitCode: mark });
    if (told !== undefined && "failure" in told) return await this.#refused(told.failure);
    if (told !== undefined && (this.#marks === undefined || told.exitCode !== 0)) return this.#succeed(output, told);
    if (lost !== undefined) return this.fail(lost);
    if (told !== undefined) return this.fail(lostSocket(what, "the mark of its end is missing, so it was cut"));
    if (text !== "") return this.fail(brokenProtocol(what, "what tells its end is no Status"));
    const { code = 1000, reason = "" } = this.#socket.closed ?? {};
    const words = code === 1000 ? "" : ` (${code}${reason ? ` ${masked(reason, this.#socket)}` : ""})`;
    this.fail(lostSocket(what, `the connection was closed${words} before its end was told`));
  }

  /** The exit code that stands behind all output; where it does not, what was held back is output. */
  #endOfMarks(output: Output): number | undefined {
    if (this.#marks === undefined) return undefined;
    const codes = (this.#exec.tty ? ["stdout"] as const : ["stdout", "stderr"] as const).map((channel) => {
      const end = this.#marks![channel].end();
      if ("rest" in end) output.push(channel, end.rest);
      return "rest" in end ? undefined : end.exitCode;
    });
    return codes[0] === codes.at(-1) ? codes[0] : undefined;
  }

  /** It could not be run. The server says so as it says everything else. */
  async #refused(failure: Status): Promise<void> {
    const told = statusError({ what: this.#exec.what, method: "GET" }, failure, 500);
    const { message, status, hint, kubeStatus } = told;
    // A command that could not be run once cannot be run again.
    const error = new KubeStatusError(message, { code: "kube_status", status, retryable: false, hint, kubeStatus });
    this.fail(await this.#explain(error));
  }

  #succeed(output: Output, exit: Exit): void {
    if (this.#isOver) return;
    this.#finish(
      new NotFoundError(`Cannot send input to ${this.#exec.name}: it has ended`, { code: "process_not_found" }),
    );
    output.close();
    const { exitCode, error } = exit;
    this.#settle.resolve({ exitCode, ...(error !== undefined && exitCode !== 0 && { error }) });
  }

  #finish(why: unknown): void {
    this.#isOver = true;
    this.#stop(why);
    for (const reject of this.#sending) reject(why);
  }

  #overflow({ maxOutputBytes }: OutputOptions): OutputLimitError {
    const limit = maxOutputBytes === undefined ? "what is kept" : `${maxOutputBytes} bytes`;
    return new OutputLimitError(`Cannot keep the output of ${this.#exec.name}: it is larger than ${limit}`, {
      code: "output_limit",
      partial: this.#output!.snapshot(),
      hint: 'Pass a larger maxOutputBytes, overflow: "truncate", or callbacks with capture: false. The command may ' +
        "still run: closing the connection does not kill it",
    });
  }

  #heed(signal: AbortSignal | undefined): void {
    if (signal === undefined) return;
    const onAbort = () => this.fail(signal.reason);
    signal.addEventListener("abort", onAbort);
    this.over.catch(() => signal.removeEventListener("abort", onAbort));
    if (signal.aborted) onAbort();
  }

  /** Where the runtime cannot ping. */
  #keepAlive(): void {
    const timer = setInterval(() => void this.send(idleFrame()).catch(() => {}), IDLE_MS);
    this.over.catch(() => clearInterval(timer));
  }
}

function withPartial(error: DisconnectedError, output: Output): DisconnectedError {
  const { message, hint, cause } = error;
  return new DisconnectedError(message, { code: "disconnected", hint, cause, partial: output.snapshot() });
}
