import type { KubeSocket } from "./kube_socket.ts";

/** A socket as an engine is asked for it. */
export interface SocketInit {
  /** Completes "Cannot …". */
  readonly what: string;
  readonly protocols: readonly string[];
  /** A name may occur several times, and is then sent on as many lines. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Ends the opening, and then the socket. */
  readonly signal: AbortSignal;
}

/** What opens sockets with the TLS settings that it was made for. */
export interface SocketOpener {
  /**
   * Opens a socket, or gives the answer of a server that did not. Rejects with the engine's own error. The URL is an
   * `https:` or `http:` one.
   */
  open(url: string, init: SocketInit): Promise<KubeSocket | Response>;
}
