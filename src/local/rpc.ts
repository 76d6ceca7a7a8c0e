// What envd's RPC library does and the Connect router does not: 405, 415 and
// their headers, which responses are gzipped, the protocol version, deadlines.
import {
  Code,
  ConnectError,
  type ConnectRouter,
  type ContextKey,
  createConnectRouter,
  createContextKey,
  createContextValues,
} from "@connectrpc/connect";
import { type UniversalHandler, universalServerRequestFromFetch } from "@connectrpc/connect/protocol";
import { deadlineExceeded, parseTimeout, timeoutKey } from "./deadline.ts";
import { acceptsGzip, gzip } from "./gzip.ts";
import { emptyResponse, methodNotAllowed } from "./responses.ts";
import { fillEmptyFrames, streamBody, unaryBody } from "./rpc_body.ts";

/** Answers an RPC; `undefined` where the path is none. */
export type RpcHandler = (
  request: Request,
  pathname: string,
) => Promise<Response> | undefined;

/** Why a call is refused before its body is read. */
const refusalKey: ContextKey<ConnectError | undefined> = createContextKey<
  ConnectError | undefined
>(undefined);

/** Listed in `Accept-Post` as the daemon lists them, but not served here. */
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
  return await (unary ? callUnary : callStream)(handler, request, contentType);
}

async function callUnary(handler: UniversalHandler, request: Request, contentType: string): Promise<Response> {
  const header = callHeaders(request.headers);
  const wantsGzip = acceptsGzip(header.get("accept-encoding")) || header.get("content-encoding") === "gzip";
  // The router would gzip errors too, which the daemon does not.
  header.set("accept-encoding", "identity");
  const response = await handler({
    ...universalServerRequestFromFetch(request, {}),
    header,
    contextValues: callValues(request.headers, true),
  });
  const headers = new Headers(response.header);
  headers.set("accept-encoding", "gzip");
  const ok = response.status === 200;
  if (ok) headers.set("content-type", contentType);
  const compress = ok && wantsGzip;
  const bytes = await unaryBody(response.body ?? [], compress);
  if (compress) headers.set("content-encoding", "gzip");
  headers.set("content-length", String(bytes.byteLength));
  return new Response(bytes, { status: response.status, headers });
}

async function callStream(handler: UniversalHandler, request: Request, contentType: string): Promise<Response> {
  const header = callHeaders(request.headers);
  const encoding = header.get("connect-content-encoding") ?? "";
  const wantsGzip = acceptsGzip(header.get("connect-accept-encoding")) || encoding === "gzip";
  header.set("connect-accept-encoding", wantsGzip ? "gzip" : "identity");
  // A body that is not read to its end counts as a client that has gone.
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
    contextValues: callValues(request.headers, false),
  });
  const headers = new Headers(response.header);
  headers.set("connect-accept-encoding", "gzip");
  headers.set("content-type", contentType);
  // What the daemon says of an encoding that it does not know.
  if (!["", "identity", "gzip"].includes(encoding)) headers.set("connect-content-encoding", "");
  return new Response(streamBody(response.body ?? [], aborter), { status: response.status, headers });
}

/** The headers for the router, which would take the deadline for its own. */
function callHeaders(headers: Headers): Headers {
  const copy = new Headers(headers);
  copy.delete("connect-timeout-ms");
  return copy;
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
