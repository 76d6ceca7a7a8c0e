import { declaredLength } from "../connection/declared_length.ts";
import { type CallContext, failure } from "../connection/error_map/failure.ts";
import type { Bytes } from "../streams/bytes.ts";
import { byobReader, type ChunkReader, chunkReader } from "../streams/chunk_reader.ts";

/** What a reader answers. */
type Read = Awaited<ReturnType<ChunkReader["read"]>>;

const END: Read = { done: true };

/**
 * Reads the body of an answer, and never takes it for whole when it is not. A body that ends early throws a plain
 * `Error`, as an engine does for a broken connection.
 */
export class BodyReader {
  /** Its size, where the answer tells. */
  readonly byteLength: number | undefined;
  readonly #filler: ReadableStreamBYOBReader | undefined;
  readonly #reader: ChunkReader | undefined;
  readonly #context: CallContext;
  #received = 0;

  /** Takes over the body; `fill` asks for reading into views, where size and engine allow. */
  constructor(response: Response, fill: boolean, context: CallContext) {
    const { body } = response;
    this.byteLength = body === null ? 0 : declaredLength(response);
    this.#filler = fill && body !== null && this.byteLength !== undefined ? byobReader(body) : undefined;
    this.#reader = body === null || this.#filler !== undefined ? undefined : chunkReader(body);
    this.#context = context;
  }

  /** Whether `read` must be given views to read into, which spares a copy. */
  get fillsViews(): boolean {
    return this.#filler !== undefined;
  }

  /** Whether everything that was declared has arrived. */
  get isWhole(): boolean {
    return this.#received === this.byteLength;
  }

  /**
   * Asks for the next bytes; `take` says what the answer is. A view's memory moves into the bytes that come back, even
   * at the end. In two parts, because a layer of promises costs a good part of moving a chunk on Node.
   */
  ask(view?: Bytes): Promise<Read> | undefined {
    return view !== undefined && this.#filler !== undefined ? this.#filler.read(view) : this.#reader?.read();
  }

  /** The bytes that were asked for, or undefined at the end. */
  take({ done, value: chunk }: Read = END): Bytes | undefined {
    const { byteLength = Infinity } = this;
    if (done || chunk === undefined) {
      if (this.byteLength === undefined || this.isWhole) return undefined;
      throw new Error(`the body was cut off after ${this.#received} of ${byteLength} bytes`);
    }
    this.#received += chunk.byteLength;
    if (this.#received <= byteLength) return chunk;
    throw failure(this.#context, `the body is longer than the ${byteLength} bytes declared`, { code: "protocol" })
      .error;
  }

  /** Ends the request. */
  async cancel(reason?: unknown): Promise<void> {
    await (this.#filler ?? this.#reader)?.cancel(reason).catch(() => {});
  }
}
