import { once } from "node:events";
import type { Socket } from "node:net";

/** Writes, and waits until the system has taken it. Rejects where the connection is gone. */
export function written(socket: Socket, bytes: Uint8Array): Promise<void> {
  if (bytes.byteLength === 0) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const gone = () => reject(new Error("the connection is closed"));
    if (socket.destroyed) return gone();
    socket.once("close", gone);
    socket.write(bytes, (error) => {
      socket.off("close", gone);
      if (error) reject(error);
      else resolve();
    });
  });
}

/** Closes at once; resolves when it is closed. */
export async function destroyed(socket: Socket): Promise<void> {
  if (socket.closed) return;
  const closed = once(socket, "close");
  socket.destroy();
  await closed.catch(() => {});
}
