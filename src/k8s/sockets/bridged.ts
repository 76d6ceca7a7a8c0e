import type { Duplex } from "node:stream";

/**
 * Makes streams of sockets, which are no sockets. Deno's TLS over a socket forgets the end of a connection that comes while
 * reading is paused (2.9.6); over these it does not.
 */
export async function loadBridge(): Promise<(socket: Duplex) => Duplex> {
  const { Duplex } = await import("node:stream");
  return (socket) => {
    const near = new Duplex({
      read: () => void socket.resume(),
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
    return near;
  };
}
