import type { Duplex } from "node:stream";
import type { ConnectionOptions, TLSSocket } from "node:tls";

/** Makes TLS over a connection. */
export type SecureOver = (socket: Duplex, options: ConnectionOptions) => TLSSocket;

/**
 * TLS over streams that are made of sockets, and are none. Deno's TLS over a socket forgets the end of a connection that
 * comes while reading is paused (2.9.6); over these it does not. It reads on while it is paused, so they are paused too.
 */
export async function loadBridge(): Promise<SecureOver> {
  const [{ Duplex }, tls] = await Promise.all([import("node:stream"), import("node:tls")]);
  return (socket, options) => {
    let isHeld = false;
    const near = new Duplex({
      read: () => void (isHeld || socket.resume()),
      write: (chunk, _, done) => void socket.write(chunk, done),
      final: (done) => void socket.end(done),
      destroy(error, done) {
        socket.destroy();
        done(error);
      },
    });
    socket.on("data", (chunk) => {
      if (!near.push(chunk)) socket.pause();
    });
    socket.on("end", () => near.push(null));
    socket.on("error", (error) => near.destroy(error));
    const secure = tls.connect({ ...options, socket: near });
    secure.on("pause", () => {
      isHeld = true;
      socket.pause();
    });
    secure.on("resume", () => {
      isHeld = false;
      socket.resume();
    });
    return secure;
  };
}
