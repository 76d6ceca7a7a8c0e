/** Cloudflare's own: a write is done once the caller's connection has taken it, and fails once that is gone. */
declare class IdentityTransformStream {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
}

const encoder = new TextEncoder();

/** Server-sent events to one caller, who may leave at any time. */
export class EventStream {
  /** The body of the answer. */
  readonly body: ReadableStream<Uint8Array>;
  /** Rejects when the caller has left. */
  readonly left: Promise<never>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  #hasLeft = false;
  #writing = 0;

  /** A caller who leaves is told by the request's signal, or by a write that fails, whichever comes first. */
  constructor(caller: AbortSignal) {
    const { readable, writable } = new IdentityTransformStream();
    this.body = readable;
    this.#writer = writable.getWriter();
    this.left = new Promise((_, reject) => {
      const leave = (reason: unknown) => {
        this.#hasLeft = true;
        reject(reason);
        // What still waits to be written fails, too.
        this.#writer.abort(reason).catch(() => {});
      };
      this.#writer.closed.catch(leave);
      if (caller.aborted) leave(caller.reason);
      caller.addEventListener("abort", () => leave(caller.reason), { once: true });
    });
    this.left.catch(() => {});
  }

  /** Whether the caller has left. */
  get hasLeft(): boolean {
    return this.#hasLeft;
  }

  /** Sends an event. JSON has no line breaks, whatever the output holds, so one line of data is enough. */
  send(name: string, data: unknown): Promise<void> {
    return this.#write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  /** Sends a comment where nothing is on its way: the connection stays in use, and a caller who left is noticed. */
  beat(): void {
    if (this.#writing === 0) void this.#write(":\n\n");
  }

  /** Ends the stream, once everything is on its way. */
  async close(): Promise<void> {
    await this.#writer.close().catch(() => {});
  }

  #write(text: string): Promise<void> {
    this.#writing++;
    const written = this.#writer.write(encoder.encode(text)).finally(() => this.#writing--);
    // Whoever waits for it is told. A heartbeat nobody waits for.
    written.catch(() => {});
    return written;
  }
}
