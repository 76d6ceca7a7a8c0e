import { DisconnectedError } from "../../../mod.ts";
import { BoundedQueue } from "../../streams/bounded_queue.ts";
import { asBytes, type Bytes } from "../../streams/bytes.ts";
import type { KubeSocket } from "./kube_socket.ts";
import { brokenProtocol, endedSocket, lostSocket } from "./socket_errors.ts";

/** A web socket cannot be told to stop. A reader that is so far behind loses the connection, not the program its memory. */
const MOST_BEHIND_BYTES = 64 * 1024 * 1024;
/** How much may wait for the network before a sender has to. */
const OUTGOING_BYTES = 1024 * 1024;
/** Nothing tells when less waits. */
const LOOK_MS = 10;

/** What is used of a web socket: Workers' own has no events but these. */
export interface WebSocketLike {
  readonly bufferedAmount?: number;
  send(data: ArrayBufferView<ArrayBuffer>): void;
  close(code?: number): void;
  addEventListener(type: string, listener: (event: never) => void): void;
}

/** A socket of a browser or a Worker that is open. It cannot ping: what is silent for long may be cut by a proxy. */
export class WebKubeSocket implements KubeSocket {
  readonly protocol: string;
  readonly pings = false;
  readonly messages: BoundedQueue<Bytes> = new BoundedQueue(MOST_BEHIND_BYTES);
  readonly #web: WebSocketLike;
  readonly #what: string;
  readonly #signal: AbortSignal;
  readonly #stop: () => void;
  readonly #gone: Promise<void>;
  #onGone: () => void = () => {};
  #closed: { readonly code: number; readonly reason: string } | undefined;
  #isOver = false;

  /** Takes an open socket over, in the very turn in which it opened. */
  constructor(web: WebSocketLike, protocol: string, what: string, signal: AbortSignal) {
    this.#web = web;
    this.#what = what;
    this.protocol = protocol;
    this.#signal = signal;
    this.#gone = new Promise((resolve) => this.#onGone = resolve);
    this.#stop = () => this.#fail(signal.reason);
    web.addEventListener("message", ({ data }: MessageEvent) => this.#take(data));
    web.addEventListener("error", () => this.#fail(lostSocket(what, "the connection was lost")));
    web.addEventListener("close", ({ code, reason }: CloseEvent) => this.#end(code, reason));
    signal.addEventListener("abort", this.#stop);
  }

  get closed(): { readonly code: number; readonly reason: string } | undefined {
    return this.#closed;
  }

  async send(data: Uint8Array): Promise<void> {
    if (this.#isOver) throw endedSocket(this.#what);
    this.#web.send(asBytes(data));
    while (!this.#isOver && (this.#web.bufferedAmount ?? 0) >= OUTGOING_BYTES) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  async close(): Promise<void> {
    this.messages.cancel();
    this.#finish();
    await this.#gone;
  }

  #take(data: unknown): void {
    if (!(data instanceof ArrayBuffer)) {
      return this.#fail(brokenProtocol(this.#what, "the server sent text where bytes are due"));
    }
    if (this.messages.isFull) return this.#fail(behind(this.#what));
    this.messages.push(new Uint8Array(data), data.byteLength);
  }

  #fail(error: unknown): void {
    this.messages.fail(error);
    this.#finish();
  }

  #end(code: number, reason: string): void {
    if (code === 1006) return this.#fail(lostSocket(this.#what, "the connection was lost"));
    if (!this.#isOver) this.#closed = { code, reason };
    this.messages.close();
    this.#finish();
  }

  #finish(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#signal.removeEventListener("abort", this.#stop);
    this.#web.close(1000);
    this.#onGone();
  }
}

function behind(what: string): DisconnectedError {
  return new DisconnectedError(`Cannot ${what}: the output was not read fast enough, and was given up`, {
    code: "disconnected",
    hint: "Read faster, let the command print less, or run on Deno, Bun or Node, where it can be made to wait",
  });
}
