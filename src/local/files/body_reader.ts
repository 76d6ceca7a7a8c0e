import { Buffer } from "node:buffer";
import { type Bytes, NO_BYTES } from "../../streams/bytes.ts";

/** A body ended before what it had to contain. */
export class UnexpectedEnd extends Error {
  constructor() {
    super("unexpected EOF");
    this.name = "UnexpectedEnd";
  }
}

/** Reads a body up to delimiters, holding no more of it than a chunk. */
export class BodyReader {
  readonly #source: ReadableStreamDefaultReader<Bytes>;
  #held: Bytes;

  /** @param prefix bytes to be read before those of the body */
  constructor(body: ReadableStream<Bytes>, prefix: Bytes = NO_BYTES) {
    this.#source = body.getReader();
    this.#held = prefix;
  }

  /**
   * What comes before a delimiter, which is then behind the reader.
   *
   * @throws {UnexpectedEnd} where there is no such delimiter, after all that came
   */
  async *until(delimiter: Bytes): AsyncGenerator<Bytes> {
    while (true) {
      const found = Buffer.from(this.#held.buffer, this.#held.byteOffset, this.#held.byteLength).indexOf(delimiter);
      if (found >= 0) {
        const before = this.#held.subarray(0, found);
        this.#held = this.#held.subarray(found + delimiter.byteLength);
        if (before.byteLength > 0) yield before;
        return;
      }
      // The end of what is held may be the beginning of the delimiter.
      const safe = Math.max(0, this.#held.byteLength - delimiter.byteLength + 1);
      const before = this.#held.subarray(0, safe);
      this.#held = this.#held.subarray(safe);
      if (before.byteLength > 0) yield before;
      if (!await this.#more()) {
        const rest = this.#held;
        this.#held = NO_BYTES;
        if (rest.byteLength > 0) yield rest;
        throw new UnexpectedEnd();
      }
    }
  }

  /** Whether these bytes come next; they are not taken. */
  async startsWith(expected: Bytes): Promise<boolean> {
    while (this.#held.byteLength < expected.byteLength && await this.#more());
    return expected.every((byte, index) => this.#held[index] === byte);
  }

  /** Reads the rest and forgets it, so that the client can finish sending. */
  async discard(): Promise<void> {
    while (!(await this.#source.read()).done);
  }

  async #more(): Promise<boolean> {
    const { done, value } = await this.#source.read();
    if (done) return false;
    if (this.#held.byteLength === 0) this.#held = value;
    else {
      const joined = new Uint8Array(this.#held.byteLength + value.byteLength);
      joined.set(this.#held);
      joined.set(value, this.#held.byteLength);
      this.#held = joined;
    }
    return true;
  }
}
