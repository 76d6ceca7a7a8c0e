import type { MessageInitShape } from "@bufbuild/protobuf";
import {
  type ConnectRequestSchema,
  type ConnectResponse,
  Process,
  type ProcessEvent_DataEvent as DataEvent,
  type ProcessEvent_EndEvent as EndEvent,
  type StartRequestSchema,
  type StartResponse,
} from "../../gen/process/process_pb.ts";
import type { Connection } from "../connection/connection.ts";
import { startTimer } from "../connection/deadline.ts";
import { failure } from "../connection/error_map/failure.ts";
import { contextOf, type RpcCall } from "../connection/transport.ts";
import { DisconnectedError } from "../errors/disconnected_error.ts";
import { selectPid } from "./signals.ts";

/** What a stream is opened with. */
export type StreamRequest =
  | { readonly start: MessageInitShape<typeof StartRequestSchema> }
  | { readonly connect: MessageInitShape<typeof ConnectRequestSchema> };

/** What arrives on a stream after its start, but for pings. */
export type StreamEvent =
  | { readonly case: "data"; readonly value: DataEvent }
  | { readonly case: "end"; readonly value: EndEvent };

/** How often the daemon is asked to show that a silent stream lives. Never below 1: that kills the daemon. */
const PING_SECONDS = 50;
/** Three pings and a moment. Node cuts a body that is silent for 300 s, so pings must come more often than that. */
const SILENCE_MS = 3 * PING_SECONDS * 1000 + 5_000;

/** A message of either kind of stream. */
type EventMessage = StartResponse | ConnectResponse;

/** An open stream of the daemon, before and after its start event. */
interface Opened {
  readonly pid: number;
  readonly events: AsyncIterator<EventMessage>;
}

/**
 * One `Start` or `Connect` stream: its start event, then output and the end event, with pings left out and a stream
 * that has died found out.
 */
export class ProcessStream {
  /** The process whose stream it is. */
  readonly pid: number;
  readonly #connection: Connection;
  readonly #call: RpcCall;
  #events: AsyncIterator<EventMessage>;
  /** Cuts the connection in use. */
  #cut: AbortController;
  /** Set once the stream took the place of a silent one. */
  #replaced = false;
  #lastEvent = Date.now();
  #stopWatch: () => void = () => {};
  /** Whether an event is being waited for. */
  #waiting = false;
  /** What was found out about a silent stream: it is lost. */
  #failure: DisconnectedError | undefined;

  private constructor(connection: Connection, call: RpcCall, opened: Opened, cut: AbortController) {
    this.#connection = connection;
    this.#call = call;
    this.pid = opened.pid;
    this.#events = opened.events;
    this.#cut = cut;
    this.#watch(SILENCE_MS);
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
    const opened = await open(connection, { ...call, pauseSignal: pause }, request, cut.signal);
    return new ProcessStream(connection, call, opened, cut);
  }

  /** The next output or the end. Rejects with a `DisconnectedError` when the stream is lost before its end. */
  async next(): Promise<StreamEvent> {
    while (true) {
      const events = this.#events;
      this.#waiting = true;
      let next: IteratorResult<EventMessage>;
      try {
        // A bare await: anything that outlives one event and points at it makes the collector keep the buffers of many.
        next = await events.next();
      } catch (error) {
        if (this.#failure !== undefined) throw this.#failure;
        // The stream was given up for another while it was waited for.
        if (events !== this.#events) continue;
        throw error;
      }
      this.#waiting = false;
      this.#lastEvent = Date.now();
      const event = this.#accept(next);
      if (event !== undefined) return event;
    }
  }

  /** Closes the connection. While output arrives this kills a daemon of version 0.2.10. */
  cut(): void {
    this.#stopWatch();
    this.#cut.abort();
  }

  /** The event for the caller, or undefined for one that only shows that the stream lives. */
  #accept({ done, value }: IteratorResult<EventMessage>): StreamEvent | undefined {
    if (done) {
      this.#stopWatch();
      throw garbled(this.#call, "no end event");
    }
    const { event } = (value as EventMessage).event ?? {};
    // Only a stream that was quiet because its process closed its output may be trusted after a gap.
    if (this.#replaced && (event?.case === "data" || event?.case === "keepalive")) {
      throw this.#lost("the stream had died, and output in it is lost");
    }
    switch (event?.case) {
      case "data":
        return event;
      case "end":
        this.#stopWatch();
        // Reads the end frame behind it, so that the connection is free for the next call.
        this.#events.next().catch(() => {});
        return event;
      case "start":
        throw garbled(this.#call, "a second start event");
    }
  }

  /** One timer for the whole stream: each event only notes its time. */
  #watch(delay: number): void {
    this.#stopWatch = startTimer(delay, () => {
      const left = this.#lastEvent + SILENCE_MS - Date.now();
      // While nobody waits for an event, its lack proves nothing: the caller holds the process up.
      if (this.#waiting && left <= 0) void this.#reconnect();
      else this.#watch(left > 0 ? left : SILENCE_MS);
    });
  }

  /**
   * After three missed pings: is the process still there? Then its end event is waited for on a new stream, and the
   * silent one is closed, which ends the wait for it. A sign of life meanwhile makes all this void.
   */
  async #reconnect(): Promise<void> {
    const silentSince = this.#lastEvent;
    const lives = () => this.#lastEvent !== silentSince;
    const silent = this.#cut;
    const cut = new AbortController();
    try {
      const events = await this.#resubscribe(cut);
      if (lives()) {
        cut.abort();
      } else {
        this.#cut = cut;
        this.#events = events;
        this.#replaced = true;
        this.#lastEvent = Date.now();
        silent.abort();
      }
      this.#watch(SILENCE_MS);
    } catch (cause) {
      cut.abort();
      if (lives()) return this.#watch(SILENCE_MS);
      this.#failure = cause instanceof DisconnectedError ? cause : this.#lost("the daemon does not answer", cause);
      silent.abort();
    }
  }

  async #resubscribe(cut: AbortController): Promise<AsyncIterator<EventMessage>> {
    const timeoutMs = this.#connection.options.requestTimeoutMs || 60_000;
    const { processes } = await this.#connection.rpc.process.list({}, {
      contextValues: contextOf({ ...this.#call, timeoutMs }),
    });
    if (!processes.some(({ pid }) => pid === this.pid)) throw this.#lost("the process is gone");
    const request = { connect: { process: selectPid(this.pid) } };
    const stop = startTimer(timeoutMs, () => cut.abort());
    const { events } = await open(this.#connection, this.#call, request, cut.signal).finally(stop);
    return events;
  }

  #lost(detail: string, cause?: unknown): DisconnectedError {
    this.#stopWatch();
    return new DisconnectedError(`Cannot ${this.#call.what}: no sign of life for ${SILENCE_MS / 1000} s, ${detail}`, {
      code: "disconnected",
      sandboxId: this.#call.sandboxId,
      cause,
    });
  }
}

async function open(
  connection: Connection,
  call: RpcCall,
  request: StreamRequest,
  signal: AbortSignal,
): Promise<Opened> {
  const headers: HeadersInit = { "keepalive-ping-interval": String(PING_SECONDS) };
  const { transport } = connection.rpc;
  const { message } = "start" in request
    ? await transport.stream(Process.method.start, signal, undefined, headers, once(request.start), contextOf(call))
    : await transport.stream(
      Process.method.connect,
      signal,
      undefined,
      headers,
      once(request.connect),
      contextOf(call),
    );
  const events: AsyncIterator<EventMessage> = message[Symbol.asyncIterator]();
  const { done, value } = await events.next();
  if (done) throw garbled(call, "no start event");
  const first = value.event?.event;
  if (first?.case !== "start") {
    await events.return?.();
    throw garbled(call, `a ${first?.case ?? "nameless"} event before the start event`);
  }
  return { pid: first.value.pid, events };
}

async function* once<T>(value: T): AsyncGenerator<T> {
  yield await Promise.resolve(value);
}

function garbled(call: RpcCall, detail: string): Error {
  return failure(call, `the answer has ${detail}`, { code: "protocol" }).error;
}
