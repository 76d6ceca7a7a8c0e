import type { Bytes } from "../../../streams/bytes.ts";

/** A connection to a port of a pod. */
export interface PodConnection {
  /**
   * What the pod sends. It ends when the other side closes the connection, and fails with a `DisconnectedError` when it was
   * lost. Cancelling it closes the connection.
   */
  readonly readable: ReadableStream<Bytes>;
  /**
   * What the pod gets. The protocol has no way to tell the pod that no more comes: closing this only waits until
   * everything was handed to the network. Aborting it closes the connection.
   */
  readonly writable: WritableStream<Uint8Array>;
}

/** What `PodForward.listen` takes. */
export interface ListenOptions {
  /**
   * The port of this machine; 0: any that is free.
   *
   * @default {0}
   */
  port?: number | undefined;
  /**
   * Told of connections that failed, which the other side only sees reset; not of those that disposal ends.
   *
   * @default {nobody is told}
   */
  onError?: ((error: unknown) => void) | undefined;
}

/**
 * A port of a pod, as `kubectl port-forward` gives it. Each connection is a WebSocket of its own, so that one which breaks
 * ends no other.
 */
export interface PodForward extends AsyncDisposable {
  /**
   * Opens one connection.
   *
   * @param options `signal` ends the opening; a connection that is open goes on.
   * @returns Both directions of it. That nothing listens on the port is told by `readable`.
   *
   * @throws {KubeStatusError} When the server refuses: there is no such pod, it does not run, or rights are missing.
   * @throws {DisconnectedError} When the connection was lost, or the forward disposed of.
   *
   * @example
   * ```ts
   * import type { KubeClient } from "@kruise-agents/runtime/k8s";
   *
   * async function ping(kube: KubeClient, pod: string): Promise<string> {
   *   await using redis = kube.portForward({ pod }, 6379);
   *   const { readable, writable } = await redis.connect();
   *   await writable.getWriter().write(new TextEncoder().encode("PING\r\n"));
   *   const { value } = await readable.getReader().read();
   *   return new TextDecoder().decode(value);
   * }
   * ```
   */
  connect(options?: { signal?: AbortSignal | undefined }): Promise<PodConnection>;
  /**
   * Listens on the loopback of this machine (`127.0.0.1`), and opens a connection for each that comes in. On Deno, Bun and
   * Node.
   *
   * As the pod cannot be told that no more comes, a program here that closes its own direction still gets what the pod
   * sends, until that is silent for five seconds.
   *
   * @param options Which port, and who is told of connections that failed.
   * @returns The address: `127.0.0.1:43210`.
   *
   * @throws {InvalidArgumentError} `already_exists`: the port of this machine is taken.
   * @throws {UnsupportedError} When the runtime has no sockets.
   *
   * @example
   * ```ts
   * import type { KubeClient } from "@kruise-agents/runtime/k8s";
   *
   * async function health(kube: KubeClient, pod: string): Promise<number> {
   *   await using forward = kube.portForward({ pod }, 8080);
   *   const { status } = await fetch(`http://${await forward.listen()}/healthz`);
   *   return status;
   * }
   * ```
   */
  listen(options?: ListenOptions): Promise<string>;
  /** Closes all listeners and connections. */
  [Symbol.asyncDispose](): Promise<void>;
}
