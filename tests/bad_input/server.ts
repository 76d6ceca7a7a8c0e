import { createServer as createHttpServer, type RequestListener } from "node:http";
import { type AddressInfo, createServer as createNetServer, type Server, type Socket } from "node:net";

/** A small server on a free port of this machine. */
export interface TestServer extends AsyncDisposable {
  readonly url: string;
  /** Resolves with the next connection's first request, or connection. */
  readonly asked: Promise<void>;
}

/** Serves HTTP. */
export async function serveHttp(listener: RequestListener): Promise<TestServer> {
  const asked = Promise.withResolvers<void>();
  const server = createHttpServer((request, response) => {
    asked.resolve();
    listener(request, response);
  });
  return await listening(server, asked.promise);
}

/** Accepts connections and does with them what it is told; by default nothing, for ever. */
export async function serveRaw(onData: (socket: Socket) => void = () => {}): Promise<TestServer> {
  const asked = Promise.withResolvers<void>();
  const server = createNetServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", () => {
      asked.resolve();
      onData(socket);
    });
  });
  return await listening(server, asked.promise);
}

/** A port of this machine on which nothing listens: one that was free a moment ago. */
export async function closedPort(): Promise<number> {
  const server = await serveRaw();
  const port = Number(new URL(server.url).port);
  await server[Symbol.asyncDispose]();
  return port;
}

async function listening(server: Server, asked: Promise<void>): Promise<TestServer> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
