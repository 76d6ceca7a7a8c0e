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

/** A frame whose payload goes on in later chunks. */
interface Begun extends Frame {
  /** How much of the payload is there. */
  filled: number;
}

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
  #begun: Begun | undefined;
  #ended = false;
  #failure: { readonly error: unknown } | undefined;

  /** Makes a reader that refuses frames larger than the limit. */
  constructor(body: ReadableStream<Uint8Array>, limit: number, context: CallContext) {
    this.#reader = pieceReader(body);
    this.#limit = limit;
    this.context = context;
  }

  /** The next frame, or undefined where the body ends between two frames. */
  async next(): Promise<Frame | undefined> {
    while (true) {
      const frame = this.take();
      if (frame !== undefined || this.isAtEnd) return frame;
      await this.arrival();
    }
  }

  /** The next frame if all of it has arrived: the frames of one chunk cost one wait. Throws where it cannot arrive. */
  take(): Frame | undefined {
    if (this.#begun !== undefined) return this.#fill(this.#begun);
    if (this.#left < HEADER_BYTES) return this.#missing(this.#left > 0);
    const chunk = this.#chunk;
    const at = this.#offset;
    const flags = chunk[at]!;
    const length = ((chunk[at + 1]! << 24) | (chunk[at + 2]! << 16) | (chunk[at + 3]! << 8) | chunk[at + 4]!) >>> 0;
    if (length > this.#limit) throw this.#tooLarge(length);
    this.#offset += HEADER_BYTES;
    if (this.#left >= length) return { flags, data: this.#cut(length) };
    return this.#fill(this.#begun = { flags, data: new Uint8Array(length), filled: 0 });
  }

  /** Whether the body ended, and every frame was taken. */
  get isAtEnd(): boolean {
    return this.#ended && this.#left === 0 && this.#begun === undefined;
  }

  /** Resolves when more has arrived, or nothing more will; it never rejects. One call at a time. */
  async arrival(): Promise<void> {
    // Not a view: while it is waited, even an empty one would keep the last chunk alive.
    const rest = this.#left === 0 ? NO_BYTES : this.#chunk.slice(this.#offset);
    this.#chunk = rest;
    this.#offset = 0;
    try {
      const { done, value } = await this.#reader.read();
      if (done) this.#ended = true;
      else this.#chunk = rest.byteLength === 0 ? value! : concat([rest, value!]);
    } catch (error) {
      this.#failure = { error };
    }
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

  /** Adds what has arrived of a payload. */
  #fill(begun: Begun): Frame | undefined {
    const { flags, data } = begun;
    const piece = this.#cut(Math.min(data.byteLength - begun.filled, this.#left));
    data.set(piece, begun.filled);
    begun.filled += piece.byteLength;
    if (begun.filled < data.byteLength) return this.#missing(true);
    this.#begun = undefined;
    return { flags, data };
  }

  /** Nothing as yet, or why nothing more comes. */
  #missing(within: boolean): undefined {
    if (this.#failure !== undefined) throw this.#failure.error;
    if (within && this.#ended) throw this.#cutOff();
  }

  /** How many bytes of the chunk were not taken yet. An offset, because views cost more than they look. */
  get #left(): number {
    return this.#chunk.byteLength - this.#offset;
  }

  #cut(length: number): Bytes {
    return this.#chunk.subarray(this.#offset, this.#offset += length);
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
