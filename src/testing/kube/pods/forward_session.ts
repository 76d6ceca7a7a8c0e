import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { Life } from "./nodes.ts";
import type { ServerSocket } from "./server_socket.ts";

const HOST = "127.0.0.1";
const MOST_BYTES = 32 * 1024;

/** Passes bytes between a WebSocket's pairs of channels and ports of this machine, until all of them are done. */
export async function runForward(
  socket: ServerSocket,
  ports: readonly number[],
  pod: string,
  life: Life,
): Promise<void> {
  void socket.closed.then(life.onEnd(() => socket.destroy()));
  // Each channel begins with its port, the lower byte first.
  for (const [index, port] of ports.entries()) {
    for (const channel of [2 * index, 2 * index + 1]) {
      await socket.send(Uint8Array.of(channel, port & 0xff, port >> 8));
    }
  }
  const connections = ports.map((port) => connect({ host: HOST, port, allowHalfOpen: true }));
  void passIn(socket, connections);
  await Promise.all(connections.map(async (connection, index) => {
    const port = ports[index] ?? 0;
    const why = await passOut(socket, connection, 2 * index).then(() => undefined, (error) => wordsOf(error, port));
    if (why === undefined) return;
    // The server knows no uid here.
    const text = `error forwarding port ${port} to pod ${pod}, uid : ${why}`;
    await socket.send(Uint8Array.of(2 * index + 1), new TextEncoder().encode(text));
  }));
  socket.close();
}

/** What a port sends. Rejects where nobody listens, or the connection breaks. */
async function passOut(socket: ServerSocket, connection: Socket, channel: number): Promise<void> {
  try {
    await once(connection, "connect");
    for await (const data of connection as AsyncIterable<Uint8Array>) {
      for (let at = 0; at < data.byteLength; at += MOST_BYTES) {
        await socket.send(Uint8Array.of(channel), data.subarray(at, at + MOST_BYTES));
      }
    }
  } finally {
    connection.destroy();
  }
}

/** What the client sends. */
async function passIn(socket: ServerSocket, connections: readonly Socket[]): Promise<void> {
  // One listener, as what waits for one promise or event piles up with every message.
  const stops = connections.map(() => () => {});
  for (const [index, connection] of connections.entries()) connection.once("close", () => stops[index]!());
  // Who reads is told of errors.
  for (const connection of connections) connection.on("error", () => {});
  for await (const message of socket.messages()) {
    const [channel = 1] = message;
    const connection = connections[channel / 2];
    // Error channels are the server's.
    if (connection === undefined || connection.destroyed) continue;
    await new Promise<void>((resolve) => {
      stops[channel / 2] = resolve;
      connection.write(message.slice(1), () => resolve());
    });
  }
  // The client is gone: what the port may still say reaches nobody.
  for (const connection of connections) connection.end(() => connection.destroy());
}

function wordsOf(error: unknown, port: number): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ECONNREFUSED") return `dial tcp ${HOST}:${port}: connect: connection refused`;
  if (code === "ECONNRESET") return `read tcp ${HOST}:${port}: read: connection reset by peer`;
  return message;
}
