import type {
  ProcessEvent_DataEvent as DataEvent,
  ProcessEvent_EndEvent as EndEvent,
} from "../../gen/codec/process/process.ts";
import type { Connection } from "../connection/connection.ts";
import { followed, type RpcCall } from "../connection/transport.ts";
import { DisconnectedError } from "../errors/disconnected_error.ts";
import { startTimer } from "../time/timer.ts";
import { type EventMessage, EventStream, garbled, PING_SECONDS, type StreamRequest } from "./event_stream.ts";
import { selectPid } from "./signals.ts";
import { drain, Silence } from "./silence.ts";

/** What arrives from a process after its start, but for pings. */
export type StreamEvent =
  | { readonly $case: "data"; readonly value: DataEvent }
  | { readonly $case: "end"; readonly value: EndEvent };

/** Three pings were missed, whenever the waiting began between two ticks. */
const THREE_PINGS = { tickMs: (PING_SECONDS + 2) * 1000, ticks: 4 };
const CHECK_MS = 60_000;

/**
 * What a process sends, over one stream after another: output and the end event. Pings are left out, and a stream that
 * has died is found out by their absence.
 */
export class ProcessStream {
  /** The process. */
  readonly pid: number;
  readonly #connection: Connection;
  readonly #call: RpcCall;
  readonly #silence: Silence;
  #stream: EventStream;
  /** What takes its place, once everything that it brought was taken. */
  #fresh: EventStream | undefined;
  /** Set once the stream took the place of a silent one. */
  #replaced = false;
  /** Whether the stream spoke since it was last suspected. */
  #heard = false;
  /** Nothing more is waited for. */
  #over = false;
  #failure: DisconnectedError | undefined;

  private constructor(connection: Connection, call: RpcCall, stream: EventStream) {
    this.#connection = connection;
    this.#call = call;
    this.pid = stream.pid;
    this.#stream = stream;
    this.#silence = new Silence(THREE_PINGS, () => void this.#check());
  }

  /**
   * Opens a stream and waits for its start event. Only `cut` ends it on the wire; `pause` ends the pauses between
   * attempts to reach the daemon.
   */
  static async open(
    connection: Connection,
    call: RpcCall,
    request: StreamRequest,
    cut: AbortController,
    pause: AbortSignal,
  ): Promise<ProcessStream> {
    const stream = await EventStream.open(connection, { ...call, pauseSignal: pause }, request, cut);
    return new ProcessStream(connection, followed(call), stream);
  }

  /** The next output or the end. Rejects with a `DisconnectedError` when the stream is lost before its end. */
  async next(): Promise<StreamEvent> {
    while (true) {
      const event = this.take();
      if (event !== undefined) return event;
      await this.arrival();
    }
  }

  /** The next output or the end, if it has arrived. Throws what `next` rejects with. */
  take(): StreamEvent | undefined {
    while (true) {
      const next = this.#take();
      if (next === undefined) return undefined;
      this.#silence.rest();
      this.#heard = true;
      const event = this.#accept(next);
      if (event !== undefined) return event;
    }
  }

  /** Resolves when there may be more to take; it never rejects. One call at a time. */
  arrival(): Promise<void> {
    this.#silence.wait();
    return this.#stream.arrival();
  }

  /** Reads what still comes, for nobody, until it ends or can be closed without harm. */
  async drain(): Promise<void> {
    const next = async () => ({ done: (await this.next()).$case === "end" });
    await drain({ next, cut: () => this.cut() });
  }

  /** Closes the connection. While output arrives this kills a daemon of version 0.2.10. */
  cut(): void {
    this.#finish();
    (this.#fresh ?? this.#stream).cut();
  }

  #take(): IteratorResult<EventMessage> | undefined {
    try {
      return this.#stream.take();
    } catch (error) {
      if (this.#failure !== undefined || this.#fresh === undefined) throw this.#fail(this.#failure ?? error);
      this.#stream = this.#fresh;
      this.#fresh = undefined;
      return this.#take();
    }
  }

  /** The event for the caller, or undefined for one that only shows that the stream lives. */
  #accept({ done, value }: IteratorResult<EventMessage>): StreamEvent | undefined {
    if (done) throw this.#fail(garbled(this.#call, "no end event"));
    const { event } = (value as EventMessage).event ?? {};
    // Only a stream that was quiet because its process closed its output may be trusted after a gap.
    if (this.#replaced && (event?.$case === "data" || event?.$case === "keepalive")) {
      throw this.#fail(this.#lost("the stream had died, and output in it is lost"));
    }
    switch (event?.$case) {
      case "data":
        return event;
      case "end":
        if (!isExitCode(event.value)) throw this.#fail(garbled(this.#call, `exit code ${event.value.exitCode}`));
        this.#finish();
        // Reads the end frame behind it, so that the connection is free for the next call.
        this.#stream.next().catch(() => {});
        if (this.#fresh !== undefined) void drain(this.#fresh);
        return event;
      case "start":
        throw this.#fail(garbled(this.#call, "a second start event"));
    }
  }

  /**
   * After three missed pings: is the process still there? Then its end event is waited for on a new stream, and the
   * silent one is closed, which ends the wait for it. A sign of life meanwhile makes all this void.
   */
  async #check(): Promise<void> {
    const silent = this.#stream;
    this.#heard = false;
    let fresh: EventStream | undefined;
    let failure: DisconnectedError | undefined;
    try {
      fresh = await this.#resubscribe();
    } catch (cause) {
      failure = cause instanceof DisconnectedError ? cause : this.#lost("the daemon does not answer", cause);
    }
    if (this.#over || this.#heard) {
      if (fresh !== undefined) void drain(fresh);
      if (!this.#over) this.#silence.restart();
      return;
    }
    if (fresh !== undefined) {
      this.#fresh = fresh;
      this.#replaced = true;
      this.#silence.restart();
    }
    this.#failure = failure;
    silent.cut();
  }

  async #resubscribe(): Promise<EventStream> {
    const timeoutMs = this.#connection.options.requestTimeoutMs || CHECK_MS;
    const { processes } = await this.#connection.rpc.process.list({}, { ...this.#call, timeoutMs });
    if (!processes.some(({ pid }) => pid === this.pid)) throw this.#lost("the process is gone");
    const cut = new AbortController();
    const stop = startTimer(timeoutMs, () => cut.abort());
    const request = { connect: { process: selectPid(this.pid) } };
    return await EventStream.open(this.#connection, this.#call, request, cut).finally(stop);
  }

  #finish(): void {
    this.#over = true;
    this.#silence.stop();
  }

  /** It is over with an error; what may still come is read, so that it holds nobody else up. */
  #fail(error: unknown): unknown {
    this.#finish();
    void drain(this.#fresh ?? this.#stream);
    return error;
  }

  #lost(detail: string, cause?: unknown): DisconnectedError {
    return new DisconnectedError(`Cannot ${this.#call.what}: no sign of life for three pings, ${detail}`, {
      code: "disconnected",
      sandboxId: this.#call.sandboxId,
      cause,
    });
  }
}

/** What a process can exit with; one that was ended by a signal has -1, or the shell's 128 + n. */
function isExitCode({ exitCode, exited }: EndEvent): boolean {
  return exitCode >= (exited ? 0 : -1) && exitCode <= 255;
}
