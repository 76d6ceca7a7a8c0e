// What envd's RPC library does and the Connect router of ours does not: routing
// by path, 405, 415 and their headers, which responses are gzipped, the
// protocol version and the deadline.
import {
  Code,
  ConnectError,
  type ConnectRouter,
  type ContextKey,
  createConnectRouter,
  createContextKey,
  createContextValues,
} from "@connectrpc/connect";
import {
  type EnvelopedMessage,
  pipe,
  transformJoinEnvelopes,
  transformSplitEnvelope,
  type UniversalHandler,
  universalServerRequestFromFetch,
} from "@connectrpc/connect/protocol";
import { deadlineExceeded, parseTimeout, timeoutKey } from "./deadline.ts";
import { acceptsGzip, gzip } from "./gzip.ts";
import { emptyResponse, methodNotAllowed } from "./responses.ts";

/** Answers an RPC; `undefined` where the path is none. */
export type RpcHandler = (
  request: Request,
  pathname: string,
) => Promise<Response> | undefined;

/** Why a call is refused before its body is read. */
const refusalKey: ContextKey<ConnectError | undefined> = createContextKey<
  ConnectError | undefined
>(undefined);

/** Content types as the daemon lists them; the gRPC ones are not served here. */
const GRPC_TYPES = [
  "application/grpc",
  "application/grpc+json",
  "application/grpc+json; charset=utf-8",
  "application/grpc+proto",
  "application/grpc-web",
  "application/grpc-web+json",
  "application/grpc-web+json; charset=utf-8",
  "application/grpc-web+proto",
];

/** The library's own limit. */
const MAX_FRAME_BYTES = 0xffffffff;

const UNARY_TYPES = [
  "application/json",
  "application/json; charset=utf-8",
  "application/proto",
];
const STREAM_TYPES = [
  "application/connect+json",
  "application/connect+json; charset=utf-8",
  "application/connect+proto",
];

/** Builds the handler of the services that `register` adds. */
export function createRpcHandler(
  register: (router: ConnectRouter) => void,
  isServed: (method: string) => boolean,
): RpcHandler {
  const router = createConnectRouter({
    grpc: false,
    grpcWeb: false,
    acceptCompression: [gzip],
    compressMinBytes: 0,
    jsonOptions: { ignoreUnknownFields: true },
    requestGate: (context) => {
      const refusal = context.values.get(refusalKey);
      if (refusal) throw refusal;
    },
  });
  register(router);
  const handlers = new Map<string, UniversalHandler>();
  for (const handler of router.handlers) {
    if (isServed(handler.method.name)) {
      handlers.set(handler.requestPath, handler);
    }
  }
  return (request, pathname) => {
    const handler = handlers.get(pathname);
    return handler && serve(handler, request);
  };
}

async function serve(
  handler: UniversalHandler,
  request: Request,
): Promise<Response> {
  if (request.method !== "POST") return methodNotAllowed("POST");
  const unary = handler.method.methodKind === "unary";
  const served = unary ? UNARY_TYPES : STREAM_TYPES;
  const contentType = canonical(request.headers.get("content-type"));
  if (!served.includes(contentType)) {
    return emptyResponse(415, {
      "accept-post": [...served, ...GRPC_TYPES].sort().join(", "),
    });
  }
  const encoding = unary ? "content-encoding" : "connect-content-encoding";
  const accept = unary ? "accept-encoding" : "connect-accept-encoding";
  const wantsGzip = acceptsGzip(request.headers.get(accept)) ||
    request.headers.get(encoding) === "gzip";

  const header = new Headers(request.headers);
  header.delete("connect-timeout-ms");
  header.delete(accept);
  // The router would gzip unary errors too, so unary bodies are left to `unaryBody`.
  header.set(accept, !unary && wantsGzip ? "gzip" : "identity");
  const aborter = new AbortController();
  const abort = () => aborter.abort(request.signal.reason);
  if (request.signal.aborted) abort();
  else request.signal.addEventListener("abort", abort, { once: true });

  const call = universalServerRequestFromFetch(request, {});
  const body = call.body as AsyncIterable<Uint8Array>;
  const response = await handler({
    ...call,
    body: contentType.startsWith("application/connect+json") ? fillEmptyFrames(body) : body,
    header,
    signal: aborter.signal,
    contextValues: callValues(request.headers, unary),
  });
  const headers = new Headers(response.header);
  headers.set(accept, "gzip");
  const output = response.body ?? [];
  if (!unary) {
    headers.set("content-type", contentType);
    if (!["", "identity", "gzip"].includes(request.headers.get(encoding) ?? "")) {
      headers.set(encoding, ""); // what the daemon says of one it does not know
    }
    return new Response(streamBody(output, aborter), {
      status: response.status,
      headers,
    });
  }
  const ok = response.status === 200;
  if (ok) headers.set("content-type", contentType);
  const bytes = await unaryBody(output, ok && wantsGzip);
  if (ok && wantsGzip) headers.set("content-encoding", "gzip");
  headers.set("content-length", String(bytes.byteLength));
  return new Response(bytes, { status: response.status, headers });
}

function callValues(headers: Headers, unary: boolean) {
  const values = createContextValues();
  try {
    const version = headers.get("connect-protocol-version");
    if (version && version !== "1") {
      throw new ConnectError(
        `Connect-Protocol-Version must be "1": got "${version}"`,
        Code.InvalidArgument,
      );
    }
    const timeoutMs = parseTimeout(headers.get("connect-timeout-ms"));
    values.set(timeoutKey, timeoutMs);
    if (unary && timeoutMs !== undefined && timeoutMs <= 0) {
      throw deadlineExceeded();
    }
  } catch (refusal) {
    values.set(refusalKey, ConnectError.from(refusal));
  }
  return values;
}

/** `type; charset=utf-8`, however it was written. */
function canonical(contentType: string | null): string {
  return (contentType ?? "").toLowerCase().split(";").map((part) => part.trim())
    .join("; ");
}

/** A JSON frame without payload is an empty message. */
function fillEmptyFrames(
  body: AsyncIterable<Uint8Array>,
): AsyncIterable<Uint8Array> {
  const empty = new TextEncoder().encode("{}");
  return pipe(
    body,
    transformSplitEnvelope(MAX_FRAME_BYTES),
    async function* (frames: AsyncIterable<EnvelopedMessage>) {
      for await (const { flags, data } of frames) {
        yield { flags, data: data.byteLength > 0 ? data : empty };
      }
    },
    transformJoinEnvelopes(),
  );
}

async function unaryBody(
  chunks: AsyncIterable<Uint8Array> | readonly Uint8Array[],
  compress: boolean,
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for await (const chunk of chunks) parts.push(new Uint8Array(chunk));
  const bytes = parts.length === 1 ? parts[0]! : new Uint8Array(await new Blob(parts).arrayBuffer());
  return compress ? new Uint8Array(await gzip.compress(bytes)) : bytes;
}

/** A body that tells the handler when its reader goes, which waits on its signal. */
function streamBody(
  chunks: AsyncIterable<Uint8Array> | readonly Uint8Array[],
  aborter: AbortController,
): ReadableStream<Uint8Array> {
  const iterator = Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await iterator.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel(reason) {
      aborter.abort(reason);
    },
  }, { highWaterMark: 0 });
}
