import {
  create,
  type DescMessage,
  type DescMethodStreaming,
  type DescMethodUnary,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import {
  type ContextKey,
  type ContextValues,
  createContextKey,
  createContextValues,
  type StreamResponse,
  type Transport,
  type UnaryResponse,
} from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-web";
import { DisconnectedError } from "../errors/disconnected_error.ts";
import { isSandboxError } from "../errors/is_sandbox_error.ts";
import type { SandboxError } from "../errors/sandbox_error.ts";
import type { Bytes } from "../streams/bytes.ts";
import { type Limits, withLimits } from "./deadline.ts";
import { connectFailure } from "./error_map/connect.ts";
import { type CallContext, failure } from "./error_map/failure.ts";
import type { Fetcher, HttpCall } from "./fetcher.ts";
import { readAll } from "./read_all.ts";
import { type Frame, FrameReader } from "./stream_reader.ts";

/** What an RPC is told beside its message. */
export interface RpcCall extends CallContext {
  /** The limit of a unary call. A stream has none: its opener waits as long as it likes. */
  readonly timeoutMs: number;
  /** The account to act as. */
  readonly authorization?: string | undefined;
  /** What a stream is about once its first message is there. */
  readonly following?: string | undefined;
  /** Ends the pauses between attempts to open a stream. */
  readonly pauseSignal?: AbortSignal | undefined;
}

const CALL: ContextKey<RpcCall> = createContextKey<RpcCall>({ what: "call the daemon", timeoutMs: 0 }, {
  description: "what the call is",
});

/** The context that carries a call through connect's client to the transport. */
export function contextOf(call: RpcCall): ContextValues {
  return createContextValues().set(CALL, call);
}

/** Reading twice gives the same, and removing what is gone succeeds: these may be sent again at any time. */
const IDEMPOTENT: ReadonlySet<string> = new Set(["Stat", "ListDir", "List", "Remove"]);

/**
 * The Connect protocol in its binary form over the fetcher. Unary calls are connect-web's; streams have a reader of
 * our own. `Connect-Timeout-Ms` is never sent: on envd 0.2.10 its expiry kills the daemon when a command is chatty.
 */
export function createTransport(fetcher: Fetcher, maxFrameBytes: number): Transport {
  async function unary<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    signal: AbortSignal | undefined,
    _timeoutMs: number | undefined,
    header: HeadersInit | undefined,
    input: MessageInitShape<I>,
    values?: ContextValues,
  ): Promise<UnaryResponse<I, O>> {
    const call = values?.get(CALL) ?? CALL.defaultValue;
    const limits: Limits = { signal, timeoutMs: call.timeoutMs, context: call };
    return await withLimits(limits, async (signal) => {
      // Kept as it is: connect-web forgets the cause of what looks like a timeout or an abort to it.
      let thrown: { readonly error: unknown } | undefined;
      const web = createConnectTransport({
        baseUrl: fetcher.baseUrl,
        useBinaryFormat: true,
        fetch: (_url, init) =>
          fetcher.send({
            ...httpCall(method, call),
            headers: init!.headers as Headers,
            body: init!.body as Bytes,
            signal,
            repeat: IDEMPOTENT.has(method.name) ? "idempotent" : "if-nothing-ran",
            accept: "application/proto",
          }, async (response) =>
            new Response(await readAll(response, maxFrameBytes, call), {
              headers: { "content-type": "application/proto" },
            })).catch((error) => {
              thrown = { error };
              throw error;
            }),
      });
      try {
        return await web.unary(method, undefined, undefined, header, input);
      } catch (error) {
        throw thrown !== undefined ? thrown.error : garbled(call, "a message that cannot be decoded", error);
      }
    });
  }

  async function stream<I extends DescMessage, O extends DescMessage>(
    method: DescMethodStreaming<I, O>,
    signal: AbortSignal | undefined,
    _timeoutMs: number | undefined,
    header: HeadersInit | undefined,
    input: AsyncIterable<MessageInitShape<I>>,
    values?: ContextValues,
  ): Promise<StreamResponse<I, O>> {
    const call = values?.get(CALL) ?? CALL.defaultValue;
    const headers = new Headers(header);
    headers.set("content-type", "application/connect+proto");
    headers.set("connect-protocol-version", "1");
    const response = await fetcher.send({
      ...httpCall(method, call),
      headers,
      body: await envelope(method.input, input),
      signal,
      pauseSignal: call.pauseSignal,
      accept: "application/connect+proto",
    });
    if (response.body === null) throw garbled(call, "no body");
    return {
      stream: true,
      service: method.parent,
      method,
      header: response.headers,
      trailer: new Headers(),
      message: new Messages(method.output, fetcher, new FrameReader(response.body, maxFrameBytes, call), call),
    };
  }

  return { unary, stream };
}

function httpCall(
  method: DescMethodUnary | DescMethodStreaming,
  call: RpcCall,
): CallContext & Pick<HttpCall, "operation" | "method" | "path" | "authorization"> {
  const operation = `${method.parent.typeName}/${method.name}`;
  const { what, subject, sandboxId, authorization } = call;
  return { what, subject, sandboxId, authorization, operation, method: "POST", path: `/${operation}` };
}

/** The one message of a server-streaming request in its envelope. */
async function envelope<I extends DescMessage>(
  schema: I,
  input: AsyncIterable<MessageInitShape<I>>,
): Promise<Bytes> {
  for await (const message of input) {
    const data = toBinary(schema, create(schema, message));
    const enveloped = new Uint8Array(5 + data.byteLength);
    new DataView(enveloped.buffer).setUint32(1, data.byteLength);
    enveloped.set(data, 5);
    return enveloped;
  }
  throw new TypeError("Cannot open a stream without a request message");
}

/**
 * The messages of a stream up to its end frame. Returning early cuts the connection.
 *
 * An iterator written out, because an async generator takes three turns of the event loop's queue for each message.
 */
class Messages<O extends DescMessage> implements AsyncIterableIterator<MessageShape<O>, undefined> {
  readonly #schema: O;
  readonly #fetcher: Fetcher;
  readonly #frames: FrameReader;
  #call: RpcCall;
  #over = false;

  constructor(schema: O, fetcher: Fetcher, frames: FrameReader, call: RpcCall) {
    this.#schema = schema;
    this.#fetcher = fetcher;
    this.#frames = frames;
    this.#call = call;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<MessageShape<O>, undefined>> {
    if (this.#over) return { done: true, value: undefined };
    try {
      const frame = await this.#frames.next();
      if (frame === undefined) throw lost(this.#call, undefined);
      if (frame.flags === 0) {
        const value = this.#decode(frame);
        this.#call = this.#frames.context = followed(this.#call);
        return { done: false, value };
      }
      if (frame.flags & 1) throw garbled(this.#call, "a compressed frame that was not asked for");
      if (!(frame.flags & 2)) throw garbled(this.#call, `a frame with flags ${frame.flags}`);
      this.#over = true;
      void this.#frames.finish();
      checkEnd(frame, this.#call, this.#fetcher);
      return { done: true, value: undefined };
    } catch (error) {
      await this.return();
      throw isSandboxError(error) && error.code !== "network" ? error : lost(this.#call, error);
    }
  }

  async return(): Promise<IteratorResult<MessageShape<O>, undefined>> {
    if (!this.#over) {
      this.#over = true;
      await this.#frames.cancel();
    }
    return { done: true, value: undefined };
  }

  #decode({ data }: Frame): MessageShape<O> {
    try {
      return fromBinary(this.#schema, data);
    } catch (cause) {
      throw garbled(this.#call, "a message that cannot be decoded", cause);
    }
  }
}

/** The call of a stream that is open. */
export function followed(call: RpcCall): RpcCall {
  return call.following === undefined ? call : { ...call, what: call.following, following: undefined };
}

/** Reads the end frame: JSON in either codec, with the error where there is one. */
function checkEnd({ data }: Frame, call: RpcCall, fetcher: Fetcher): void {
  let end: { error?: { code?: unknown; message?: unknown } } | null;
  try {
    end = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(data));
  } catch (cause) {
    throw garbled(call, "an end frame that is not JSON", cause);
  }
  if (typeof end !== "object" || end === null) throw garbled(call, "an end frame that is not an object");
  if (end.error === undefined || end.error === null) return;
  const { code, message } = end.error;
  throw connectFailure(
    call,
    typeof code === "string" ? code : "unknown",
    typeof message === "string" ? fetcher.mask(message) : "",
  )
    .error;
}

function garbled(call: RpcCall, detail: string, cause?: unknown): SandboxError {
  return failure(call, `the answer has ${detail}`, { code: "protocol" }, { cause }).error;
}

function lost(call: RpcCall, cause: unknown): DisconnectedError {
  return new DisconnectedError(`Cannot ${call.what}: the stream was cut before its end`, {
    code: "disconnected",
    sandboxId: call.sandboxId,
    cause,
  });
}
