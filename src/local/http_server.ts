import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { Handler } from "./handler.ts";
import { textResponse } from "./responses.ts";

const HOST = "127.0.0.1";

/** How long the daemon keeps an idle connection; clients reuse theirs without a race. */
const IDLE_MS = 640_000;
const MAX_HEADER_BYTES = 1024 * 1024;
/** How many connections may wait to be accepted: as many as the system allows. Node's own 511 makes others come late. */
const BACKLOG = 65_535;

/** A handler on a socket of this machine. */
export interface HttpServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves a handler over HTTP/1.1. Port 0 takes a free one. */
export async function serve(
  handler: Handler,
  port: number,
): Promise<HttpServer> {
  const server = createServer(
    { maxHeaderSize: MAX_HEADER_BYTES },
    (incoming, outgoing) => void answer(handler, incoming, outgoing),
  );
  // Requests may last for hours, in both directions.
  server.timeout = 0;
  server.requestTimeout = 0;
  server.headersTimeout = 0;
  server.keepAliveTimeout = IDLE_MS;
  server.listen(port, HOST, BACKLOG);
  await once(server, "listening");
  const address = server.address() as AddressInfo;
  return {
    url: `http://${HOST}:${address.port}`,
    close: () => close(server),
  };
}

async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}

async function answer(
  handler: Handler,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const aborter = new AbortController();
  outgoing.once("close", () => aborter.abort());
  try {
    const request = toRequest(incoming, aborter.signal);
    const response = request ? await handler(request) : textResponse(400, "400 Bad Request");
    await send(response, outgoing);
    // What was not read of the request must not stand before the next one.
    if (!incoming.complete) incoming.resume();
  } catch {
    // Nothing else can be said in the middle of an answer.
    outgoing.destroy();
  }
}

/** `undefined` for what the web's Request cannot hold: a method such as TRACE. */
function toRequest(
  incoming: IncomingMessage,
  signal: AbortSignal,
): Request | undefined {
  const { method = "GET", url = "/", rawHeaders } = incoming;
  const headers = new Headers();
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    headers.append(rawHeaders[i]!, rawHeaders[i + 1]!);
  }
  const hasBody = method !== "GET" && method !== "HEAD" &&
    (headers.has("transfer-encoding") ||
      (headers.get("content-length") ?? "0") !== "0");
  try {
    return new Request(url.startsWith("/") ? `http://${HOST}${url}` : url, {
      method,
      headers,
      signal,
      ...(hasBody ? { body: requestBody(incoming), duplex: "half" } as RequestInit : {}),
    });
  } catch {
    return undefined;
  }
}

/** Read by demand, so that an upload is not gathered in memory. */
function requestBody(incoming: IncomingMessage): ReadableStream<Uint8Array> {
  const chunks = incoming[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  }, { highWaterMark: 0 });
}

async function send(
  response: Response,
  outgoing: ServerResponse,
): Promise<void> {
  const reader = response.body?.getReader();
  const cancel = () => reader?.cancel().catch(() => {});
  // Ends a read that waits, and tells the source.
  outgoing.once("close", cancel);
  try {
    outgoing.statusCode = response.status;
    response.headers.forEach((value, name) => outgoing.setHeader(name, value));
    // Said here, so that `Keep-Alive: timeout=` is not, which the daemon lacks.
    if (outgoing.shouldKeepAlive) outgoing.setHeader("connection", "keep-alive");
    while (reader && !outgoing.destroyed) {
      const { done, value } = await reader.read();
      if (done) break;
      if (!outgoing.write(value)) await drained(outgoing);
    }
    outgoing.end();
  } finally {
    // A client that went away before this began closed nothing here. After the end it does nothing.
    await cancel();
  }
}

/** Waits until the socket takes more, or nothing any more. */
function drained(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      outgoing.off("drain", done);
      outgoing.off("close", done);
      resolve();
    };
    outgoing.on("drain", done);
    outgoing.on("close", done);
    if (outgoing.destroyed) done();
  });
}
