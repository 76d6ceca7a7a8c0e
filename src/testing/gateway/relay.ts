import { Buffer } from "node:buffer";
import { type IncomingMessage, request, type ServerResponse } from "node:http";
import { pipeline, Writable } from "node:stream";
import { type GatewayReply, gatewayReply } from "./replies.ts";
import { type Exchange, startTimers, upstreamFailure } from "./exchange.ts";
import { asLatin1, type Headers, MAX_HEADER_BYTES, passedOn } from "./headers.ts";

/**
 * Passes a request on and its answer back, over a connection of its own. Nothing is gathered: a side that does not
 * read stops the other, and where one goes away the other is told.
 */
export function relay(incoming: IncomingMessage, outgoing: ServerResponse, exchange: Exchange): void {
  const { host, port, path, takenOut } = exchange.passage;
  const upstream = request({
    host,
    port,
    path,
    method: incoming.method,
    headers: framed(incoming, passedOn(incoming.rawHeaders, takenOut)),
    setHost: false,
    agent: false,
    maxHeaderSize: MAX_HEADER_BYTES,
  });
  upstream.once("socket", asLatin1);
  const drain = () => {
    // What is not read of the request must not stand before the next one.
    incoming.unpipe(upstream);
    incoming.resume();
  };
  const settle = () => {
    timers.done();
    forget();
    drain();
    upstream.destroy();
  };
  const fail = (reply: GatewayReply) => {
    settle();
    if (outgoing.headersSent) outgoing.destroy();
    else answer(outgoing, reply, exchange);
  };
  const timers = startTimers(exchange, () => fail(gatewayReply("upstreamTimeout")));
  const forget = exchange.track(() => fail(gatewayReply("upstreamClosed")));
  outgoing.once("close", settle);
  upstream.on("error", (error) => {
    // Once something is said, only the answer's own end counts: who refuses a request need not read all of it.
    if (outgoing.headersSent || outgoing.destroyed) drain();
    else fail(upstreamFailure(error));
  });
  upstream.on("response", (response) => {
    timers.moved();
    response.on("data", timers.moved);
    if (!begun(outgoing, response)) return fail(gatewayReply("upstreamClosed"));
    if (hasBody(incoming, response)) outgoing.flushHeaders();
    exchange.answered(outgoing.statusCode);
    pipeline(response, writerOf(outgoing), () => {});
  });
  // Nobody asked for one.
  upstream.on("upgrade", () => fail(gatewayReply("upstreamClosed")));
  incoming.on("data", timers.moved);
  upstream.flushHeaders();
  incoming.pipe(upstream);
}

/** Writes the head of an answer as it came. False where that is none that can be passed on, such as one of status 099. */
function begun(outgoing: ServerResponse, { statusCode, statusMessage, rawHeaders }: IncomingMessage): boolean {
  try {
    outgoing.sendDate = false;
    outgoing.writeHead(statusCode ?? 502, statusMessage, { ...passedOn(rawHeaders), ...keptOpen(outgoing) });
    return true;
  } catch {
    outgoing.sendDate = true;
    // It would be kept for the next head.
    outgoing.statusMessage = "";
    return false;
  }
}

/** A request without a length ends with its head for Envoy, where Node would say that chunks follow. */
function framed({ headers, method = "GET" }: IncomingMessage, passed: Headers): Headers {
  if (headers["transfer-encoding"] !== undefined) return { ...passed, "Transfer-Encoding": "chunked" };
  if (headers["content-length"] !== undefined || ["GET", "HEAD"].includes(method)) return passed;
  return { ...passed, "Content-Length": "0" };
}

/** Says something in the gateway's own name. */
export function answer(
  outgoing: ServerResponse,
  { status, body }: GatewayReply,
  { answered }: Pick<Exchange, "answered">,
): void {
  // What it names of the request was read as latin1, and goes back as it came.
  const bytes = Buffer.from(body, "latin1");
  outgoing.writeHead(status, {
    "content-type": "text/plain",
    "content-length": String(bytes.length),
    server: "envoy",
    ...keptOpen(outgoing),
  });
  answered(status, { status, body });
  outgoing.end(outgoing.req.method === "HEAD" ? undefined : bytes);
}

/** Said here, so that Node does not add a time limit to it. */
function keptOpen({ shouldKeepAlive }: ServerResponse): Headers {
  return shouldKeepAlive ? { connection: "keep-alive" } : {};
}

/**
 * Writes an answer's body. Its end waits until all is out: Node ends what is still on its way by an empty write, and
 * with TLS Deno never gets over one, so that the connection is stuck.
 */
function writerOf(outgoing: ServerResponse): Writable {
  return new Writable({
    write: (chunk, _, done) => void outgoing.write(chunk, done),
    final(done) {
      outgoing.end();
      done();
    },
    destroy(error, done) {
      // This is how a client learns that the answer is not whole.
      if (error) outgoing.destroy();
      done(error);
    },
  });
}

/** A head without a body goes out by the end alone, for the reason above. */
function hasBody({ method }: IncomingMessage, { statusCode, headers }: IncomingMessage): boolean {
  return method !== "HEAD" && ![204, 304].includes(statusCode ?? 0) && headers["content-length"] !== "0";
}
