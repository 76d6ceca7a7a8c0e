import { DisconnectedError } from "../../../errors/disconnected_error.ts";
import { takesManyListeners } from "../../client/many_listeners.ts";
import type { KubeSocket } from "../../sockets/kube_socket.ts";
import { explained } from "../explain.ts";
import type { CheckedTarget, PodCalls } from "../target.ts";
import type { ListenOptions, PodConnection } from "./pod_forward.ts";
import { ForwardedConnection } from "./forwarded_connection.ts";
import type { LocalListener } from "./local_listener.ts";

/** The only one that carries plain bytes; a newer one has SPDY inside of its messages. */
const PROTOCOLS = ["v4.channel.k8s.io"];

/** Opens connections to one port of a pod, and closes them. */
export class PodForwarder {
  readonly #calls: PodCalls;
  readonly #target: CheckedTarget;
  readonly #port: number;
  readonly #what: string;
  readonly #disposed = new AbortController();
  readonly #connections = new Set<ForwardedConnection>();
  readonly #listeners = new Set<LocalListener>();

  /** Makes one for a port; nothing is opened yet. */
  constructor(calls: PodCalls, target: CheckedTarget, port: number) {
    this.#calls = calls;
    this.#target = target;
    this.#port = port;
    this.#what = `reach port ${port} of the ${target.name}`;
    takesManyListeners(this.#disposed.signal);
  }

  /** Opens one connection. */
  async connect({ signal }: { signal?: AbortSignal | undefined } = {}): Promise<PodConnection> {
    signal?.throwIfAborted();
    this.#disposed.signal.throwIfAborted();
    // Once it is open, the caller's signal has nothing to do with it.
    const ending = new AbortController();
    const sources = signal === undefined ? [this.#disposed.signal] : [this.#disposed.signal, signal];
    const onAbort = (event: Event) => ending.abort((event.target as AbortSignal).reason);
    for (const source of sources) source.addEventListener("abort", onAbort);
    try {
      const socket = await this.#open(ending.signal);
      const connection = new ForwardedConnection(socket, this.#what, this.#port);
      this.#connections.add(connection);
      void connection.over.then(() => this.#connections.delete(connection));
      await connection.opened();
      return connection;
    } catch (error) {
      ending.signal.throwIfAborted();
      throw error;
    } finally {
      for (const source of sources) source.removeEventListener("abort", onAbort);
    }
  }

  /** Listens on this machine. */
  async listen({ port = 0, onError }: ListenOptions = {}): Promise<string> {
    if (typeof port !== "number") throw new TypeError(`Cannot use a ${typeof port} as a port: pass a number`);
    if (!Number.isInteger(port) || port < 0 || port > 65_535) {
      throw new RangeError(`Cannot use ${port} as a port: pass an integer from 0 to 65535`);
    }
    if (onError !== undefined && typeof onError !== "function") {
      throw new TypeError(`Cannot use a ${typeof onError} as onError: pass a function`);
    }
    this.#disposed.signal.throwIfAborted();
    const { listenLocally } = await import("./local_listener.ts");
    const listener = await listenLocally({
      port,
      connect: () => this.connect(),
      // Who disposes of it needs not be told what that ends.
      onError: onError && ((error) => this.#disposed.signal.aborted || onError(error)),
      what: this.#what,
    });
    if (this.#disposed.signal.aborted) {
      await listener.close();
      throw this.#disposed.signal.reason;
    }
    this.#listeners.add(listener);
    return listener.address;
  }

  /** Closes everything. */
  async close(): Promise<void> {
    const reason = new DisconnectedError(`Cannot ${this.#what}: the forward was disposed of`, { code: "disconnected" });
    this.#disposed.abort(reason);
    const connections = [...this.#connections].map((connection) => connection.end(reason));
    await Promise.all([...[...this.#listeners].map((listener) => listener.close()), ...connections]);
  }

  async #open(signal: AbortSignal): Promise<KubeSocket> {
    const { pod, namespace, kubelet } = this.#target;
    const path = kubelet === undefined
      ? `/api/v1/namespaces/${namespace}/pods/${pod}/portforward`
      : `/portForward/${namespace}/${pod}`;
    const query = kubelet === undefined ? { ports: this.#port } : { port: this.#port };
    const request = { what: this.#what, path, query, protocols: PROTOCOLS, kubelet };
    try {
      return await this.#calls.requester.socket(request, { signal });
    } catch (error) {
      signal.throwIfAborted();
      const attempt = { target: this.#target, container: undefined, subresource: "portforward", signal };
      throw await explained(this.#calls, error, attempt);
    }
  }
}
