import type { Bytes } from "../../streams/bytes.ts";

/** A WebSocket to the API server or a kubelet. Messages are binary. */
export interface KubeSocket {
  /** The sub-protocol that the server chose of those that were offered. */
  readonly protocol: string;
  /** Whether it pings, so that proxies do not cut it while nothing is sent. */
  readonly pings: boolean;
  /** What the server sends. */
  readonly messages: KubeMessages;
  /** How the server ended it: the code and the words of its close frame. Absent until then, and where there was none. */
  readonly closed: { readonly code: number; readonly reason: string } | undefined;
  /**
   * Sends one message. Resolves when there is room for the next one: the caller awaits that. Rejects when the connection
   * has ended. The bytes must not change afterwards.
   */
  send(data: Uint8Array): Promise<void>;
  /**
   * Ends it, at once for this side: what was not read yet is dropped, and `messages` ends. Resolves when the connection is
   * gone.
   */
  close(): Promise<void>;
}

/**
 * The messages of a socket, one at a time.
 *
 * What is not taken holds the server up: the connection is not read while more than a few MiB wait here. WebSockets of
 * browsers and Workers know no such thing; there a reader that falls too far behind loses the connection.
 */
export interface KubeMessages {
  /**
   * The next message, or undefined when the server has closed the socket with a close frame, or `close` was called. One
   * call at a time.
   *
   * Rejects with a `DisconnectedError` when the connection was lost without a close frame, with the signal's own reason
   * when that ended it, and with a `SandboxError` (`protocol`) for what is no binary message.
   */
  next(): Promise<Bytes | undefined>;
  /** The next message if it is there already; throws what `next` rejects with, behind the last one. */
  take(): Bytes | undefined;
}

/** Which socket to open. */
export interface KubeSocketRequest {
  /** Completes "Cannot …". */
  readonly what: string;
  /** The path under the server. */
  readonly path: string;
  /** The query; a list stands for several values of one name. */
  readonly query?: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>> | undefined;
  /** The sub-protocols that are offered, the best first. */
  readonly protocols: readonly string[];
  /** Asked instead of the API server, with the same credentials. */
  readonly kubelet?: Kubelet | undefined;
}

/** A kubelet that is asked without the API server between. */
export interface Kubelet {
  /** Such as `https://10.0.0.7:10250`; without a slash at its end. */
  readonly url: string;
  /** The authorities of its certificate, in PEM, instead of the API server's. */
  readonly ca?: string | undefined;
  /** The name that its certificate is checked for, instead of the host of its URL. */
  readonly serverName?: string | undefined;
}
