import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { asLatin1, MAX_HEADER_BYTES } from "./headers.ts";
import type { Rules } from "./options.ts";

const HOST = "127.0.0.1";

/** How long Envoy keeps a connection on which nothing is asked. */
const IDLE_MS = 3_600_000;

/** What a gateway does with what comes in. */
export interface Doorkeeper {
  request(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void>;
  upgrade(incoming: IncomingMessage, socket: Duplex, head: Uint8Array): Promise<void>;
}

/** A server on this machine. */
export interface GatewayServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Listens, with TLS where there is a certificate. */
export async function listen({ port, tls }: Rules, doorkeeper: Doorkeeper): Promise<GatewayServer> {
  const listener: RequestListener = (incoming, outgoing) => void doorkeeper.request(incoming, outgoing);
  const options = { maxHeaderSize: MAX_HEADER_BYTES };
  const server: Server = tls === undefined
    ? createServer(options, listener)
    : createTlsServer({ ...options, ...tls }, listener);
  server.on("upgrade", (incoming, socket, head) => void doorkeeper.upgrade(incoming, socket, head));
  // Requests may last for hours, in both directions.
  server.timeout = 0;
  server.requestTimeout = 0;
  server.headersTimeout = 0;
  server.keepAliveTimeout = IDLE_MS;
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    asLatin1(socket);
    socket.once("close", () => sockets.delete(socket));
  };
  server.on("connection", keep);
  server.on("secureConnection", keep);
  server.listen(port, HOST);
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
