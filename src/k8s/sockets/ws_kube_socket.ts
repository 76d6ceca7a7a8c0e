import { BoundedQueue } from "../../streams/bounded_queue.ts";
import { asBytes, type Bytes } from "../../streams/bytes.ts";
import type { KubeSocket } from "./kube_socket.ts";
import { brokenProtocol, endedSocket, lostSocket } from "./socket_errors.ts";
import type { WsSocket } from "./ws_library.ts";

/** How much may wait for its reader before the connection is not read any more. */
const INCOMING_BYTES = 1024 * 1024;
/** How much may wait for the network before a sender has to. */
const OUTGOING_BYTES = 1024 * 1024;
/** Proxies cut what is silent, the strictest after a minute. */
const PING_MS = 25_000;
/** After so many pings without a sign of life the other side is given up. */
const MOST_PINGS = 3;
/** How long the other side has to answer a close frame. */
const CLOSE_MS = 2_000;

/** A socket of the library `ws` that is open. */
export class WsKubeSocket implements KubeSocket {
  readonly protocol: string;
  readonly pings = true;
  readonly messages: BoundedQueue<Bytes> = new BoundedQueue(INCOMING_BYTES);
  readonly #ws: WsSocket;
  readonly #what: string;
  readonly #pings: ReturnType<typeof setInterval>;
  readonly #gone: Promise<void>;
  #closed: { readonly code: number; readonly reason: string } | undefined;
  #closing: ReturnType<typeof setTimeout> | undefined;
  #error: unknown;
  #isOver = false;
  #hasFailed = false;
  #unanswered = 0;
  /** Those that wait for room. No promise of the end: what waits for that piles up with every message. */
  readonly #sending = new Set<(sent: boolean) => void>();

  /** Takes an open socket over, in the very turn in which it opened. */
  constructor(ws: WsSocket, what: string, signal: AbortSignal, pingMs: number = PING_MS) {
    this.#ws = ws;
    this.#what = what;
    this.protocol = ws.protocol;
    ws.on("message", (data, isBinary) => this.#take(data, isBinary));
    ws.on("pong", () => void (this.#unanswered = 0));
    ws.on("error", (error) => void (this.#error ??= error));
    const onAbort = () => {
      this.#fail(signal.reason);
      void this.close();
    };
    this.#gone = new Promise((resolve) => {
      ws.on("close", (code, reason) => {
        signal.removeEventListener("abort", onAbort);
        this.#end(code, new TextDecoder().decode(reason));
        resolve();
      });
    });
    this.#pings = setInterval(() => this.#ping(), pingMs);
    signal.addEventListener("abort", onAbort);
  }

  get closed(): { readonly code: number; readonly reason: string } | undefined {
    return this.#closed;
  }

  async send(data: Uint8Array): Promise<void> {
    if (this.#isOver) throw endedSocket(this.#what);
    // A server whose process does not read its input may not even see a ping.
    this.#unanswered = -Infinity;
    let settle = (_sent: boolean) => {};
    const sent = new Promise<boolean>((resolve) => settle = resolve);
    this.#sending.add(settle);
    this.#ws.send(data, (error) => {
      this.#sending.delete(settle);
      settle(!error);
    });
    if (this.#ws.bufferedAmount >= OUTGOING_BYTES && !await sent) throw endedSocket(this.#what);
  }

  async close(): Promise<void> {
    if (!this.#isOver && this.#closing === undefined) {
      if (!this.#hasFailed) this.messages.cancel();
      this.#closing = setTimeout(() => this.#ws.terminate(), CLOSE_MS);
      this.#ws.close(1000);
      // The answer to it stands behind what was not read.
      this.#ws.resume();
    }
    await this.#gone;
  }

  #take(data: Uint8Array, isBinary: boolean): void {
    this.#unanswered = 0;
    if (!isBinary) {
      this.#fail(brokenProtocol(this.#what, "the server sent text where bytes are due"));
      return void this.close();
    }
    this.messages.push(asBytes(data), data.byteLength);
    if (!this.messages.isFull || this.#closing !== undefined || this.#ws.isPaused) return;
    this.#ws.pause();
    void this.messages.room().then(() => this.#ws.resume());
  }

  /** A side that says nothing for long may be gone, of which nothing tells but an answer that is missing. */
  #ping(): void {
    if (this.#closing !== undefined) return;
    // What is not read may hold the answer.
    if (!this.#ws.isPaused && this.#unanswered++ >= MOST_PINGS) {
      this.#error = new Error(`no answer to ${MOST_PINGS} pings`);
      return this.#ws.terminate();
    }
    this.#ws.ping();
  }

  #fail(error: unknown): void {
    this.#hasFailed = true;
    this.messages.fail(error);
  }

  #end(code: number, reason: string): void {
    this.#isOver = true;
    for (const settle of this.#sending) settle(false);
    this.#sending.clear();
    clearInterval(this.#pings);
    clearTimeout(this.#closing);
    if (isViolation(this.#error)) {
      return this.#fail(brokenProtocol(this.#what, "the server broke the WebSocket protocol", this.#error));
    }
    if (code === 1006) {
      return this.#fail(lostSocket(this.#what, "the connection was lost", this.#error));
    }
    this.#closed = { code, reason };
    this.messages.close();
  }
}

function isViolation(error: unknown): boolean {
  return error instanceof Error && "code" in error && String(error.code).startsWith("WS_ERR_");
}
