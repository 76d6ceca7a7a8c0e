/** A server that answers with whatever bytes an attack gives, below `/<attack>/`: plain TCP, so that nothing tidies up. */

import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { type Answer, ATTACKS, EMPTY } from "./attacks.ts";

/** What one connection saw. */
export interface Seen {
  /** Bytes that were sent before the client went away, or everything was sent. */
  readonly sent: number;
}

export interface HostileServer extends AsyncDisposable {
  readonly url: string;
  /** Resolves once no connection is open any more, with what all of them together were sent. */
  idle(): Promise<Seen>;
}

/** Starts it on a free port of this machine. */
export async function serveHostile(): Promise<HostileServer> {
  const sockets = new Map<Socket, Promise<unknown>>();
  let sent = 0;
  const server: Server = createServer({ allowHalfOpen: false }, (socket) => {
    socket.on("error", () => {});
    sockets.set(
      socket,
      closed(socket).then(() => {
        sent += socket.bytesWritten;
        sockets.delete(socket);
      }),
    );
    let head = "";
    const onData = (data: Uint8Array) => {
      head += new TextDecoder("latin1").decode(data);
      if (!head.includes("\r\n\r\n")) return;
      socket.off("data", onData);
      // Uploads are read and forgotten.
      socket.resume();
      void send(socket, answerTo(head));
    };
    socket.on("data", onData);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async idle() {
      while (sockets.size > 0) await Promise.all(sockets.values());
      const seen = { sent };
      sent = 0;
      return seen;
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets.keys()) socket.destroy();
      await closed;
    },
  };
}

/** The bytes to answer a request with: its path names the attack and the call. */
function answerTo(head: string): Answer {
  const [method = "", target = ""] = head.split(" ", 2);
  const [, attack = "", ...rest] = target.replace(/\?.*/, "").split("/");
  if (method === "OPTIONS") return ["HTTP/1.1 204 No Content\r\n", ALLOW, allowedHeaders(head), "\r\n"];
  return ATTACKS[attack]?.[rest.at(-1)!] ?? EMPTY;
}

/** Pages of any origin may read the answers: the attacks are on them, too. */
const ALLOW = "Access-Control-Allow-Origin: *\r\n";

function allowedHeaders(head: string): string {
  const wanted = /^access-control-request-headers: (.*)$/im.exec(head)?.[1];
  return wanted === undefined ? "" : `Access-Control-Allow-Headers: ${wanted.trim()}\r\n`;
}

/** Sends as fast as the client reads, until it goes away. */
async function send(socket: Socket, answer: Answer): Promise<void> {
  const encoder = new TextEncoder();
  const gone = closed(socket);
  for (const part of answer) {
    if (socket.destroyed) return;
    const bytes = typeof part === "string" ? encoder.encode(part) : part;
    if (!socket.write(bytes)) await Promise.race([drained(socket), gone]);
  }
  socket.end();
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => void socket.once("close", () => resolve()));
}

function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => void socket.once("drain", () => resolve()));
}
