import type { MessageInitShape } from "@bufbuild/protobuf";
import {
  type ConnectRequestSchema,
  type ConnectResponse,
  Process,
  type StartRequestSchema,
  type StartResponse,
} from "../../gen/process/process_pb.ts";
import type { Connection } from "../connection/connection.ts";
import { failure } from "../connection/error_map/failure.ts";
import { contextOf, type RpcCall } from "../connection/transport.ts";
import type { SandboxError } from "../errors/sandbox_error.ts";

/** What a stream is opened with. */
export type StreamRequest =
  | { readonly start: MessageInitShape<typeof StartRequestSchema> }
  | { readonly connect: MessageInitShape<typeof ConnectRequestSchema> };

/** A message of either kind of stream. */
export type EventMessage = StartResponse | ConnectResponse;

/** How often the daemon is asked to show that a silent stream lives. Never below 1: that kills the daemon. */
export const PING_SECONDS = 50;

/** One `Start` or `Connect` stream on the wire, after its start event. */
export class EventStream {
  /** The process whose stream it is. */
  readonly pid: number;
  readonly #messages: AsyncIterator<EventMessage>;
  readonly #cut: AbortController;

  private constructor(pid: number, messages: AsyncIterator<EventMessage>, cut: AbortController) {
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
    if (first?.case === "start") return new EventStream(first.value.pid, messages, cut);
    await messages.return?.();
    throw garbled(call, `a ${first?.case ?? "nameless"} event before the start event`);
  }

  /** The next message. Not `async`: that would cost a turn for each. */
  next(): Promise<IteratorResult<EventMessage>> {
    return this.#messages.next();
  }

  /** Closes the connection. While output arrives this kills a daemon of version 0.2.10. */
  cut(): void {
    this.#cut.abort();
  }
}

async function openMessages(
  { rpc: { transport } }: Connection,
  call: RpcCall,
  request: StreamRequest,
  signal: AbortSignal,
): Promise<AsyncIterator<EventMessage>> {
  const headers: HeadersInit = { "keepalive-ping-interval": String(PING_SECONDS) };
  const { start, connect } = Process.method;
  const values = contextOf(call);
  const { message } = "start" in request
    ? await transport.stream(start, signal, undefined, headers, once(request.start), values)
    : await transport.stream(connect, signal, undefined, headers, once(request.connect), values);
  return message[Symbol.asyncIterator]();
}

async function* once<T>(value: T): AsyncGenerator<T> {
  yield await Promise.resolve(value);
}

/** The error of an answer that the protocol does not allow. */
export function garbled(call: RpcCall, detail: string): SandboxError {
  return failure(call, `the answer has ${detail}`, { code: "protocol" }).error;
}
