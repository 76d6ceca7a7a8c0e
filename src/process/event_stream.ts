import type { ConnectRequest, ConnectResponse, StartRequest, StartResponse } from "../../gen/codec/process/process.ts";
import type { Connection } from "../connection/connection.ts";
import { failure } from "../connection/error_map/failure.ts";
import type { MessageStream, RpcCall } from "../connection/transport.ts";
import type { SandboxError } from "../errors/sandbox_error.ts";

/** What a stream is opened with. */
export type StreamRequest =
  | { readonly start: StartRequest }
  | { readonly connect: ConnectRequest };

/** A message of either kind of stream. */
export type EventMessage = StartResponse | ConnectResponse;

/** How often the daemon is asked to show that a silent stream lives. Never below 1: that kills the daemon. */
export const PING_SECONDS = 50;

/** One `Start` or `Connect` stream on the wire, after its start event. */
export class EventStream {
  /** The process whose stream it is. */
  readonly pid: number;
  readonly #messages: MessageStream<EventMessage>;
  readonly #cut: AbortController;

  private constructor(pid: number, messages: MessageStream<EventMessage>, cut: AbortController) {
    this.pid = pid;
    this.#messages = messages;
    this.#cut = cut;
  }

  /** Opens a stream and waits for its start event. Only `cut` ends it on the wire. */
  static async open(
    connection: Connection,
    call: RpcCall,
    request: StreamRequest,
    cut: AbortController,
  ): Promise<EventStream> {
    const messages = await openMessages(connection, call, request, cut.signal);
    const { done, value } = await messages.next();
    if (done) throw garbled(call, "no start event");
    const first = value.event?.event;
    // A signal to process 0 would reach whoever the daemon takes it for.
    if (first?.$case === "start" && first.value.pid > 0) return new EventStream(first.value.pid, messages, cut);
    await messages.return();
    if (first?.$case === "start") throw garbled(call, "no process id in its start event");
    throw garbled(call, `a ${first?.$case ?? "nameless"} event before the start event`);
  }

  /** The next message. */
  next(): Promise<IteratorResult<EventMessage>> {
    return this.#messages.next();
  }

  /** The next message, if it has arrived. */
  take(): IteratorResult<EventMessage> | undefined {
    return this.#messages.take();
  }

  /** Resolves when there may be more to take; it never rejects. */
  arrival(): Promise<void> {
    return this.#messages.arrival();
  }

  /** Closes the connection. While output arrives this kills a daemon of version 0.2.10. */
  cut(): void {
    this.#cut.abort();
  }
}

async function openMessages(
  { rpc: { process } }: Connection,
  call: RpcCall,
  request: StreamRequest,
  signal: AbortSignal,
): Promise<MessageStream<EventMessage>> {
  const options = { signal, headers: { "keepalive-ping-interval": String(PING_SECONDS) } };
  return "start" in request
    ? await process.start(request.start, call, options)
    : await process.connect(request.connect, call, options);
}

/** The error of an answer that the protocol does not allow. */
export function garbled(call: RpcCall, detail: string): SandboxError {
  return failure(call, `the answer has ${detail}`, { code: "protocol" }).error;
}
