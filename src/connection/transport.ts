import { DisconnectedError } from "../errors/disconnected_error.ts";
import { isSandboxError } from "../errors/is_sandbox_error.ts";
import type { SandboxError } from "../errors/sandbox_error.ts";
import type { Bytes } from "../streams/bytes.ts";
import { decode, type Decoder, encode, type Encoder } from "./codec.ts";
import { withLimits } from "./deadline.ts";
import { connectFailure } from "./error_map/connect.ts";
import { type CallContext, failure } from "./error_map/failure.ts";
import type { Fetcher, HttpCall } from "./fetcher.ts";
import { readAll } from "./read_all.ts";
import { type Frame, FrameReader } from "./stream_reader.ts";

/** A call of a service. */
export interface Method<I, O> {
  /** Service and name: `process.Process/Start`. */
  readonly path: string;
  readonly request: Encoder<I>;
  readonly response: Decoder<O>;
  /** What runs twice without harm is `idempotent`. */
  readonly repeat?: "idempotent" | "if-nothing-ran";
}

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

/** How a stream is opened. */
export interface StreamOptions {
  /** Cuts the connection. */
  readonly signal?: AbortSignal | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** The messages of a stream: one by one, or as many at a time as have arrived. */
export interface MessageStream<O> extends AsyncIterator<O, undefined> {
  next(): Promise<IteratorResult<O, undefined>>;
  return(): Promise<IteratorResult<O, undefined>>;
  /** The next message, or the end, if it has arrived. Throws what `next` rejects with. */
  take(): IteratorResult<O, undefined> | undefined;
  /** Resolves when `take` may give more; it never rejects. One call at a time. */
  arrival(): Promise<void>;
}

const PROTOCOL = { "connect-protocol-version": "1" };
const UNARY = "application/proto";
const STREAM = "application/connect+proto";

/**
 * The Connect protocol in its binary form over the fetcher. `Connect-Timeout-Ms` is never sent: on envd 0.2.10 its
 * expiry kills the daemon when a command is chatty.
 */
export class Transport {
  readonly #fetcher: Fetcher;
  readonly #maxFrameBytes: number;

  /** Answers and frames larger than the limit are refused. */
  constructor(fetcher: Fetcher, maxFrameBytes: number) {
    this.#fetcher = fetcher;
    this.#maxFrameBytes = maxFrameBytes;
  }

  /** One message out, one message back, within the call's limit. */
  async unary<I, O>(
    method: Method<I, O>,
    message: I,
    call: RpcCall,
    signal?: AbortSignal | undefined,
  ): Promise<O> {
    const body = encode(method.request, message);
    return await withLimits({ signal, timeoutMs: call.timeoutMs, context: call }, (signal) =>
      this.#fetcher.send({
        ...httpCall(method.path, call),
        headers: { ...PROTOCOL, "content-type": UNARY },
        body,
        signal,
        repeat: method.repeat,
        accept: UNARY,
      }, async (response) => decoded(method.response, await readAll(response, this.#maxFrameBytes, call), call)));
  }

  /** One message out; the messages that come back, once the daemon has begun to answer. */
  async stream<I, O>(
    method: Method<I, O>,
    message: I,
    call: RpcCall,
    { signal, headers }: StreamOptions,
  ): Promise<MessageStream<O>> {
    const response = await this.#fetcher.send({
      ...httpCall(method.path, call),
      headers: { ...headers, ...PROTOCOL, "content-type": STREAM },
      body: envelope(encode(method.request, message)),
      signal,
      pauseSignal: call.pauseSignal,
      accept: STREAM,
    });
    if (response.body === null) throw garbled(call, "no body");
    return new Messages(method.response, new FrameReader(response.body, this.#maxFrameBytes, call), call);
  }
}

function httpCall(
  path: string,
  { what, subject, doubt, sandboxId, authorization }: RpcCall,
): CallContext & Pick<HttpCall, "operation" | "method" | "path" | "authorization"> {
  return { what, subject, doubt, sandboxId, authorization, operation: path, method: "POST", path: `/${path}` };
}

/** The one message of a server-streaming request in its envelope. */
function envelope(data: Bytes): Bytes {
  const enveloped = new Uint8Array(5 + data.byteLength);
  new DataView(enveloped.buffer).setUint32(1, data.byteLength);
  enveloped.set(data, 5);
  return enveloped;
}

/**
 * The messages of a stream up to its end frame. Returning early cuts the connection.
 *
 * An iterator written out, because an async generator takes three turns of the event loop's queue for each message.
 */
class Messages<O> implements MessageStream<O> {
  readonly #decoder: Decoder<O>;
  readonly #frames: FrameReader;
  #call: RpcCall;
  #over = false;

  constructor(decoder: Decoder<O>, frames: FrameReader, call: RpcCall) {
    this.#decoder = decoder;
    this.#frames = frames;
    this.#call = call;
  }

  async next(): Promise<IteratorResult<O, undefined>> {
    while (true) {
      const result = this.take();
      if (result !== undefined) return result;
      await this.arrival();
    }
  }

  take(): IteratorResult<O, undefined> | undefined {
    if (this.#over) return { done: true, value: undefined };
    try {
      const frame = this.#frames.take();
      if (frame === undefined) {
        if (!this.#frames.isAtEnd) return undefined;
        throw lost(this.#call, undefined);
      }
      if (frame.flags === 0) {
        const value = decoded(this.#decoder, frame.data, this.#call);
        this.#call = this.#frames.context = followed(this.#call);
        return { done: false, value };
      }
      if (frame.flags & 1) throw garbled(this.#call, "a compressed frame that was not asked for");
      if (!(frame.flags & 2)) throw garbled(this.#call, `a frame with flags ${frame.flags}`);
      this.#over = true;
      void this.#frames.finish();
      checkEnd(frame, this.#call);
      return { done: true, value: undefined };
    } catch (error) {
      void this.return();
      throw isSandboxError(error) && error.code !== "network" ? error : lost(this.#call, error);
    }
  }

  arrival(): Promise<void> {
    return this.#frames.arrival();
  }

  async return(): Promise<IteratorResult<O, undefined>> {
    if (!this.#over) {
      this.#over = true;
      await this.#frames.cancel();
    }
    return { done: true, value: undefined };
  }
}

function decoded<O>(decoder: Decoder<O>, data: Bytes, call: RpcCall): O {
  try {
    return decode(decoder, data);
  } catch (cause) {
    throw garbled(call, "a message that cannot be decoded", cause);
  }
}

/** The call of a stream that is open. */
export function followed(call: RpcCall): RpcCall {
  return call.following === undefined
    ? call
    : { ...call, what: call.following, following: undefined, doubt: undefined, pauseSignal: undefined };
}

/** Reads the end frame: JSON in either codec, with the error where there is one. */
function checkEnd({ data }: Frame, call: RpcCall): void {
  let end: { error?: { code?: unknown; message?: unknown } } | null;
  try {
    end = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(data));
  } catch {
    // Without the cause: engines quote what they cannot parse, which may be a token that is echoed.
    throw garbled(call, "an end frame that is not JSON");
  }
  if (typeof end !== "object" || end === null) throw garbled(call, "an end frame that is not an object");
  if (end.error === undefined || end.error === null) return;
  const { code, message } = end.error;
  if (typeof code !== "string") throw garbled(call, "an error without a code in its end frame");
  throw connectFailure(call, code, typeof message === "string" ? message : "").error;
}

function garbled(call: RpcCall, detail: string, cause?: unknown): SandboxError {
  return failure(call, `the answer has ${detail}`, { code: "protocol" }, { cause }).error;
}

function lost(call: RpcCall, cause: unknown): DisconnectedError {
  return new DisconnectedError(`Cannot ${call.what}: the stream was cut before its end`, {
    code: "disconnected",
    sandboxId: call.sandboxId,
    hint: call.doubt,
    cause,
  });
}
