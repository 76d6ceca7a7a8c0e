import type { SandboxError } from "../errors/sandbox_error.ts";
import { type Bytes, concat, NO_BYTES } from "../streams/bytes.ts";
import { type ChunkReader, pieceReader } from "../streams/chunk_reader.ts";
import { type CallContext, failure } from "./error_map/failure.ts";
import { HINTS } from "./error_map/hints.ts";

/** One enveloped message of the Connect protocol. */
export interface Frame {
  /** Bit 0: compressed; bit 1: the end of the stream. */
  readonly flags: number;
  readonly data: Bytes;
}

const HEADER_BYTES = 5;

/**
 * Reads enveloped frames out of a body: a flag byte, four bytes of length, the payload.
 *
 * A frame that lies within one chunk is a view of it, and a length that a server declares must not be beyond the limit.
 */
export class FrameReader {
  /** What the frames are about, for messages. */
  context: CallContext;
  readonly #reader: ChunkReader;
  readonly #limit: number;
  #chunk: Bytes = NO_BYTES;
  #offset = 0;

  /** Makes a reader that refuses frames larger than the limit. */
  constructor(body: ReadableStream<Uint8Array>, limit: number, context: CallContext) {
    this.#reader = pieceReader(body);
    this.#limit = limit;
    this.context = context;
  }

  /** The next frame, or undefined where the body ends between two frames. */
  async next(): Promise<Frame | undefined> {
    while (this.#left < HEADER_BYTES) {
      // Not a view: while it is waited, even an empty one would keep the last chunk alive, on Deno 64 KiB a stream.
      const rest = this.#left === 0 ? NO_BYTES : this.#chunk.slice(this.#offset);
      this.#chunk = rest;
      this.#offset = 0;
      if (!await this.#pull()) {
        if (rest.byteLength === 0) return undefined;
        throw this.#cutOff();
      }
      if (rest.byteLength > 0) this.#chunk = concat([rest, this.#chunk]);
    }
    const chunk = this.#chunk;
    const at = this.#offset;
    const flags = chunk[at]!;
    const length = ((chunk[at + 1]! << 24) | (chunk[at + 2]! << 16) | (chunk[at + 3]! << 8) | chunk[at + 4]!) >>> 0;
    if (length > this.#limit) throw this.#tooLarge(length);
    this.#offset += HEADER_BYTES;
    return { flags, data: this.#left >= length ? this.#take(length) : await this.#fill(length) };
  }

  /** Reads the end of the body, so that the connection can serve the next call. */
  async finish(): Promise<void> {
    try {
      if (!(await this.#reader.read()).done) await this.#reader.cancel();
    } catch {
      // The end frame was there: what comes after it tells nothing.
    }
  }

  /** Cuts the stream. */
  async cancel(): Promise<void> {
    await this.#reader.cancel().catch(() => {});
  }

  /** A payload that goes on in later chunks. */
  async #fill(length: number): Promise<Bytes> {
    const whole = new Uint8Array(length);
    for (let filled = 0;;) {
      const piece = this.#take(Math.min(length - filled, this.#left));
      whole.set(piece, filled);
      filled += piece.byteLength;
      if (filled === length) return whole;
      if (!await this.#pull()) throw this.#cutOff();
    }
  }

  /** How many bytes of the chunk were not taken yet. An offset, because views cost more than they look. */
  get #left(): number {
    return this.#chunk.byteLength - this.#offset;
  }

  #take(length: number): Bytes {
    return this.#chunk.subarray(this.#offset, this.#offset += length);
  }

  async #pull(): Promise<boolean> {
    while (true) {
      const { done, value } = await this.#reader.read();
      if (done) return false;
      if (value!.byteLength === 0) continue;
      this.#chunk = value!;
      this.#offset = 0;
      return true;
    }
  }

  #tooLarge(length: number): SandboxError {
    return failure(this.context, `the answer has a frame of ${length} bytes, ${this.#limit} are allowed`, {
      code: "protocol",
      hint: HINTS.frameLimit,
    }).error;
  }

  #cutOff(): SandboxError {
    return failure(this.context, "the answer was cut off in the middle of a frame", {
      code: "network",
      retryable: true,
    }).error;
  }
}
