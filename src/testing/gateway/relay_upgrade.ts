import { Buffer } from "node:buffer";
import { type IncomingMessage, request, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { type GatewayReply, gatewayReply } from "./replies.ts";
import { type Exchange, startTimers, upstreamFailure } from "./exchange.ts";
import { asLatin1, MAX_HEADER_BYTES, passedOn, type RawHeaders } from "./headers.ts";

/** Passes a WebSocket's handshake on, and then every byte in both directions. */
export function relayUpgrade(
  incoming: IncomingMessage,
  socket: Duplex,
  head: Uint8Array,
  exchange: Exchange,
): void {
  const { host, port, path, takenOut } = exchange.passage;
  const headers = { ...passedOn(incoming.rawHeaders, takenOut), Connection: "Upgrade", Upgrade: "websocket" };
  const upstream = request({
    host,
    port,
    path,
    method: incoming.method,
    headers,
    setHost: false,
    agent: false,
    maxHeaderSize: MAX_HEADER_BYTES,
  });
  upstream.once("socket", asLatin1);
  let other: Duplex | undefined;
  let answered = false;
  const settle = () => {
    timers.done();
    forget();
    upstream.destroy();
    other?.destroy();
  };
  const over = () => {
    settle();
    socket.destroy();
  };
  const fail = (reply: GatewayReply) => {
    settle();
    if (answered) socket.destroy();
    else answerRaw(socket, reply, exchange);
    answered = true;
  };
  const timers = startTimers(exchange, () => fail(gatewayReply("upstreamTimeout")));
  const forget = exchange.track(() => fail(gatewayReply("upstreamClosed")));
  socket.once("close", over);
  socket.on("error", over);
  upstream.on("error", (error) => fail(upstreamFailure(error)));
  upstream.on("upgrade", (response: IncomingMessage, stream: Duplex, first: Uint8Array) => {
    other = stream;
    stream.on("error", over);
    stream.once("close", over);
    answered = true;
    exchange.answered(101);
    socket.write(headOf(101, response.rawHeaders));
    if (first.length > 0) socket.write(first);
    if (head.length > 0) stream.write(head);
    for (const [from, to] of [[socket, stream], [stream, socket]] as const) {
      from.on("data", timers.moved);
      from.pipe(to);
    }
  });
  upstream.on("response", (response) => {
    const status = response.statusCode ?? 502;
    // Such as 099.
    if (status < 100) return fail(gatewayReply("upstreamClosed"));
    answered = true;
    exchange.answered(status);
    // The connection ends with this answer: what came after it would go past the gateway.
    const raw = Object.entries(passedOn(response.rawHeaders)).flatMap(([name, value]) =>
      [value].flat().flatMap((one) => [name, one])
    );
    socket.write(headOf(status, [...raw, "Connection", "close"]));
    response.on("data", timers.moved);
    response.on("error", over);
    response.pipe(socket);
  });
  upstream.end();
}

/** Says something in the gateway's own name where there is no answer object. */
export function answerRaw(
  socket: Duplex,
  reply: GatewayReply,
  { answered }: Pick<Exchange, "answered">,
): void {
  const { status, body } = reply;
  const bytes = Buffer.from(body, "latin1");
  const headers = ["content-type", "text/plain", "content-length", String(bytes.length), "server", "envoy"];
  answered(status, reply);
  socket.end(Buffer.concat([headOf(status, [...headers, "connection", "close"]), bytes]));
}

function headOf(status: number, raw: RawHeaders): Buffer {
  const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`];
  for (let i = 0; i + 1 < raw.length; i += 2) lines.push(`${raw[i]}: ${raw[i + 1]}`);
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
}
