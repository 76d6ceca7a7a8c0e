import { DisconnectedError } from "../../../errors/disconnected_error.ts";
import { SandboxError } from "../../../errors/sandbox_error.ts";
import { asBytes, type Bytes } from "../../../streams/bytes.ts";
import { describe } from "../../../streams/input_data.ts";
import { decodeUtf8 } from "../../../streams/utf8_decoder.ts";
import { masked } from "../../client/secrets.ts";
import { idleFrame } from "../exec/channels.ts";
import type { KubeSocket } from "../../sockets/kube_socket.ts";
import { brokenProtocol } from "../../sockets/socket_errors.ts";
import type { PodConnection } from "./pod_forward.ts";

const DATA = 0;
const ERROR = 1;
/** Proxies cut what is silent, the strictest after a minute. */
const IDLE_MS = 25_000;
const MOST_BYTES = 32 * 1024;
/** Each channel begins with its port. */
const PORT_BYTES = 2;

/** A connection over a socket that is open. */
export class ForwardedConnection implements PodConnection {
  readonly readable: ReadableStream<Bytes>;
  readonly writable: WritableStream<Uint8Array>;
  /** Resolves when it has ended, in whatever way. */
  readonly over: Promise<void>;
  readonly #socket: KubeSocket;
  readonly #what: string;
  readonly #port: number;
  /** Of both channels, what is missing of their first bytes. */
  readonly #heads: [Bytes, Bytes] = [new Uint8Array(0), new Uint8Array(0)];
  readonly #early: Bytes[] = [];
  #end!: () => void;
  #failed!: (error: unknown) => void;
  #reason: { readonly error: unknown } | undefined;

  /** Takes a socket over. */
  constructor(socket: KubeSocket, what: string, port: number) {
    this.#socket = socket;
    this.#what = what;
    this.#port = port;
    this.over = new Promise((resolve) => this.#end = resolve);
    const failed = new Promise<never>((_, reject) => this.#failed = reject);
    failed.catch(() => {});
    this.readable = new ReadableStream<Bytes>({
      // No race in `pull`: a promise that lives as long as the connection would gather what waits for it.
      start: (controller) => {
        failed.catch((error) => controller.error(error));
      },
      pull: async (controller) => {
        const data = await this.#next();
        if (data !== undefined) return controller.enqueue(data);
        await this.#finish();
        controller.close();
      },
      cancel: () => this.#finish(),
    }, { highWaterMark: 0 });
    this.writable = new WritableStream<Uint8Array>({
      start: (controller) => {
        failed.catch((error) => controller.error(error));
      },
      write: async (chunk) => await this.#send(chunk),
      abort: () => this.#finish(),
    });
    if (!socket.pings) this.#keepAlive();
  }

  /** Waits until the node has taken it over. */
  async opened(): Promise<void> {
    while (this.#heads.some(({ byteLength }) => byteLength < PORT_BYTES)) {
      const message = await this.#message();
      if (message === undefined) {
        throw await this.#fail(brokenProtocol(this.#what, "the server closed it before it was open"));
      }
      const data = await this.#take(message);
      if (data !== undefined) this.#early.push(data);
    }
  }

  /** Closes it, for a reason. */
  async end(reason: unknown): Promise<void> {
    this.#reason ??= { error: reason };
    this.#failed(reason);
    await this.#finish();
  }

  async #send(chunk: unknown): Promise<void> {
    if (!ArrayBuffer.isView(chunk)) throw new TypeError(`Cannot send ${describe(chunk)}: write Uint8Array`);
    const bytes = asBytes(chunk);
    for (let at = 0; at < bytes.byteLength; at += MOST_BYTES) {
      const piece = bytes.subarray(at, at + MOST_BYTES);
      const message = new Uint8Array(1 + piece.byteLength);
      message[0] = DATA;
      message.set(piece, 1);
      await this.#socket.send(message);
    }
  }

  /** The next bytes, or undefined at the end. */
  async #next(): Promise<Bytes | undefined> {
    const early = this.#early.shift();
    if (early !== undefined) return early;
    while (true) {
      const message = await this.#message();
      if (this.#reason !== undefined) throw this.#reason.error;
      if (message === undefined) return await this.#closedBy(this.#socket.closed);
      const data = await this.#take(message);
      if (data !== undefined) return data;
    }
  }

  async #message(): Promise<Bytes | undefined> {
    const { messages } = this.#socket;
    try {
      return messages.take() ?? await messages.next();
    } catch (error) {
      throw await this.#fail(error);
    }
  }

  async #closedBy({ code = 1000, reason = "" }: { code?: number; reason?: string } = {}): Promise<undefined> {
    if (code === 1000) return undefined;
    throw await this.#fail(
      new DisconnectedError(
        `Cannot ${this.#what}: the connection was closed (${code}${reason && ` ${masked(reason, this.#socket)}`})`,
        {
          code: "disconnected",
        },
      ),
    );
  }

  /** The bytes of a message that are the pod's. */
  async #take(message: Bytes): Promise<Bytes | undefined> {
    const channel = message[0];
    if (channel !== DATA && channel !== ERROR) {
      if (message.byteLength === 0) return undefined;
      throw await this.#fail(brokenProtocol(this.#what, `the server sent something on channel ${channel}`));
    }
    let data = message.subarray(1);
    const head = this.#heads[channel];
    const missing = PORT_BYTES - head.byteLength;
    if (missing > 0) {
      const whole = new Uint8Array([...head, ...data.subarray(0, missing)]);
      this.#heads[channel] = whole;
      data = data.subarray(missing);
      if (whole.byteLength === PORT_BYTES && whole[0]! + 256 * whole[1]! !== this.#port) {
        throw await this.#fail(brokenProtocol(this.#what, "the server opened another port"));
      }
    }
    if (data.byteLength === 0) return undefined;
    if (channel === DATA) return data;
    throw await this.#fail(portError(this.#what, this.#port, masked(decodeUtf8(data), this.#socket)));
  }

  /** Ends both directions with an error, which it hands back. */
  async #fail(error: unknown): Promise<unknown> {
    const { error: first } = this.#reason ??= { error };
    this.#failed(first);
    await this.#finish();
    return first;
  }

  async #finish(): Promise<void> {
    this.#end();
    await this.#socket.close();
  }

  /** Where the runtime cannot ping. */
  #keepAlive(): void {
    const timer = setInterval(() => void this.#socket.send(idleFrame()).catch(() => {}), IDLE_MS);
    void this.over.then(() => clearInterval(timer));
  }
}

/** What the node says about a port that it cannot reach, or that it lost. */
function portError(what: string, port: number, words: string): SandboxError {
  const text = words.trim().slice(0, 500);
  const isRefused = /connection refused|exit status 1/i.test(text);
  return new SandboxError(`Cannot ${what}: ${text}`, {
    code: "network",
    retryable: isRefused,
    ...(isRefused && { hint: `Nothing listens on port ${port} in the pod, or on another address than localhost` }),
  });
}
