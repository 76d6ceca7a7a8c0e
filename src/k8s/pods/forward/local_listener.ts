import type { Server, Socket } from "node:net";
import { InvalidArgumentError } from "../../../errors/invalid_argument_error.ts";
import { SandboxError } from "../../../errors/sandbox_error.ts";
import { UnsupportedError } from "../../../errors/unsupported_error.ts";
import type { PodConnection } from "./pod_forward.ts";

const HOST = "127.0.0.1";
/** How long a pod may be silent once the program here has said that it sends no more. */
const LINGER_MS = 5_000;

/** A listener on this machine. */
export interface LocalListener {
  /** `127.0.0.1:43210`. */
  readonly address: string;
  /** Ends it, and the connections that came in by it. */
  close(): Promise<void>;
}

/** What a listener needs. */
export interface LocalListenerOptions {
  readonly port: number;
  /** Opens a connection to the pod. */
  connect(): Promise<PodConnection>;
  readonly onError: ((error: unknown) => void) | undefined;
  /** Completes "Cannot …". */
  readonly what: string;
  /** For tests. */
  readonly lingerMs?: number | undefined;
}

/** Starts to listen. */
export async function listenLocally(options: LocalListenerOptions): Promise<LocalListener> {
  const { createServer } = await import("node:net").catch((cause: unknown) => {
    throw new UnsupportedError(`Cannot ${options.what} by a listener: this runtime has no sockets`, {
      code: "unsupported",
      hint: "Use connect()",
      cause,
    });
  });
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    // What breaks here breaks what is piped.
    socket.on("error", () => {});
    void join(socket, options);
  });
  const port = await begin(server, options);
  return {
    address: `${HOST}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function begin(server: Server, { port, what }: LocalListenerOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: Error & { code?: string }) => {
      const place = `Cannot ${what} by a listener on ${HOST}:${port}`;
      if (cause.code === "EADDRINUSE") {
        const hint = "Pass another port, or 0 for any that is free";
        reject(new InvalidArgumentError(`${place}: the port is taken`, { code: "already_exists", hint, cause }));
      } else {
        const hint = "Pass a port that this program may listen on, or 0";
        reject(new SandboxError(`${place}: ${cause.message}`, { code: "network", hint, cause }));
      }
    });
    server.listen({ host: HOST, port }, () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}

/** Passes bytes both ways, until the pod or the program here has done. */
async function join(socket: Socket, { connect, onError, lingerMs = LINGER_MS }: LocalListenerOptions): Promise<void> {
  try {
    const { readable, writable } = await connect();
    const reader = readable.getReader();
    const writer = writable.getWriter();
    writer.closed.catch(() => {});
    let linger: ReturnType<typeof setTimeout> | undefined;
    let hasSent = false;
    let isOver = false;
    let isWaiting = true;
    const end = () => void reader.cancel().catch(() => {});
    // Only while the pod is waited for: who takes slowly here is no reason to leave it.
    const watch = () => {
      clearTimeout(linger);
      if (hasSent && !isOver) linger = setTimeout(end, lingerMs);
    };
    socket.on("close", end);
    if (socket.destroyed) end();
    const sent = passOut(socket, writer).then(() => {
      hasSent = true;
      if (isWaiting) watch();
    });
    // Its failure is the reader's too.
    sent.catch(() => {});
    try {
      for (let next = await reader.read(); !next.done; next = await reader.read()) {
        isWaiting = false;
        clearTimeout(linger);
        if (!socket.write(next.value)) await drained(socket);
        isWaiting = true;
        watch();
      }
      socket.end();
      // It may still send; nobody is there to take it.
      socket.resume();
    } finally {
      isOver = true;
      clearTimeout(linger);
      socket.off("close", end);
    }
  } catch (error) {
    reset(socket);
    tell(onError, error);
  }
}

/** What the program here sends. By events: an iteration would close the other direction with its end. */
function passOut(socket: Socket, writer: WritableStreamDefaultWriter<Uint8Array>): Promise<void> {
  return new Promise((resolve, reject) => {
    let pending: Promise<void> = Promise.resolve();
    socket.on("data", (chunk) => {
      socket.pause();
      pending = writer.write(chunk).then(() => void socket.resume());
      pending.catch(reject);
    });
    socket.on("end", () => void pending.then(resolve, reject));
    socket.on("close", () => reject(new Error("closed")));
  });
}

/** So that nobody takes what came for the whole. */
function reset(socket: Socket): void {
  if (typeof socket.resetAndDestroy === "function") socket.resetAndDestroy();
  else socket.destroy();
}

function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      socket.off("drain", go);
      socket.off("close", go);
      resolve();
    };
    socket.on("drain", go);
    socket.on("close", go);
  });
}

/** What a callback throws has no place to go: its owner's mistake is an uncaught one. */
function tell(onError: ((error: unknown) => void) | undefined, error: unknown): void {
  if (onError !== undefined) queueMicrotask(() => onError(error));
}
