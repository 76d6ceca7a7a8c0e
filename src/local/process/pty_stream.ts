import { Buffer } from "node:buffer";
import { readSync, write } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { ReadStream } from "node:tty";

/** How often a full terminal is tried again. */
const RETRY_MS = 5;
const REST_BYTES = 16_384;

/** What of Node's inner handle of a stream is needed here. */
interface Handle {
  readonly reading: boolean;
  readStop(): void;
  readStart(): void;
}

/** The near side of a pseudo-terminal: what it shows, and what is typed. */
export class PtyStream {
  readonly #fd: number;
  readonly #stream: ReadStream;
  #written: Promise<void> = Promise.resolve();

  /** Takes over a file descriptor that does not block. */
  constructor(fd: number) {
    this.#fd = fd;
    this.#stream = new ReadStream(fd);
    // "EIO" is how a terminal says that it is over. Whoever reads or writes is told.
    this.#stream.on("error", () => {});
  }

  /** Whether the file descriptor is closed, and may be another file's. */
  get isClosed(): boolean {
    return this.#stream.destroyed;
  }

  /** Hangs up. */
  close(): void {
    this.#stream.destroy();
  }

  /**
   * What the terminal shows. Node takes one that hung up for one that has nothing more to say after a short read, and
   * reads are short: a few KiB. The rest is taken before it closes.
   */
  async *read(): AsyncGenerator<Uint8Array> {
    const rest: Uint8Array[] = [];
    this.#stream.once("end", () => rest.push(...restOf(this.#fd)));
    try {
      for await (const data of this.#stream) yield data as Uint8Array;
    } catch {
      // "EIO"
    }
    yield* rest;
  }

  /** Types, after everything that was typed before. Resolves once the terminal has taken it. */
  write(data: Uint8Array): Promise<void> {
    const written = this.#written.then(() => "Deno" in globalThis ? this.#pass(data) : this.#push(data));
    this.#written = written.catch(() => {});
    return written;
  }

  /** On Node, whose stream would stop this whole process while the terminal is full. */
  async #push(data: Uint8Array): Promise<void> {
    for (let at = 0; at < data.byteLength;) {
      if (this.isClosed) throw new Error("the terminal is closed");
      const taken = await new Promise<number>((resolve, reject) =>
        write(
          this.#fd,
          data,
          at,
          data.byteLength - at,
          null,
          (error, length) => error === null ? resolve(length) : error.code === "EAGAIN" ? resolve(0) : reject(error),
        )
      );
      at += taken;
      if (taken === 0) await setTimeout(RETRY_MS);
    }
  }

  /** On Deno, whose stream finds out only by something to read that the terminal has room again. */
  async #pass(data: Uint8Array): Promise<void> {
    const handle = (this.#stream as unknown as { readonly _handle: Handle | null })._handle;
    const retry = setInterval(() => {
      if (!handle?.reading) return;
      handle.readStop();
      handle.readStart();
    }, RETRY_MS);
    try {
      await new Promise<void>((resolve, reject) => {
        this.#stream.once("close", reject);
        this.#stream.write(Buffer.from(data), (error) => {
          this.#stream.off("close", reject);
          if (error) reject(error);
          else resolve();
        });
      });
    } finally {
      clearInterval(retry);
    }
  }
}

function restOf(fd: number): Uint8Array[] {
  const rest: Uint8Array[] = [];
  try {
    while (true) {
      const buffer = Buffer.alloc(REST_BYTES);
      const length = readSync(fd, buffer);
      if (length === 0) return rest;
      rest.push(buffer.subarray(0, length));
    }
  } catch {
    return rest;
  }
}
