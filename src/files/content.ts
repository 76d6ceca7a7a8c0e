import { type CallContext, failure } from "../connection/error_map/failure.ts";
import type { IdleLimit } from "../connection/idle_limit.ts";
import type { SandboxError } from "../errors/sandbox_error.ts";
import type { Bytes } from "../streams/bytes.ts";
import type { Span } from "./arguments.ts";
import { BodyReader } from "./body_reader.ts";
import { isRange } from "./content_range.ts";
import type { Progress } from "./file_options.ts";

/** What is wanted of a file. */
export interface Wanted {
  readonly range: Span | undefined;
  readonly maxBytes: number;
  readonly onProgress: Progress | undefined;
}

/** The content in an answer, piece by piece: cut to the range, held to `maxBytes`, counted. */
export class Content {
  /** The media type. */
  readonly type: string;
  /** How much there will be, where the answer tells. */
  readonly byteLength: number | undefined;
  readonly #wanted: Wanted;
  readonly #limit: IdleLimit;
  readonly #context: CallContext;
  readonly #body: BodyReader;
  /** How much of the body stands before the range. */
  readonly #skip: number;
  readonly #take: number;
  #passed = 0;
  #delivered = 0;

  /** Takes over the body of an answer; `fill` asks for reading into views. */
  constructor(response: Response, wanted: Wanted, limit: IdleLimit, context: CallContext, fill: boolean) {
    const { start, end } = wanted.range ?? { start: 0, end: Infinity };
    this.#wanted = wanted;
    this.#limit = limit;
    this.#context = context;
    // A server that does not know ranges sends everything, with 200.
    this.#skip = response.status === 206 ? 0 : start;
    this.#take = end - start;
    this.#body = new BodyReader(response, fill && this.#skip === 0, context);
    this.type = response.headers.get("content-type") ?? "";
    const { byteLength } = this.#body;
    if (byteLength !== undefined) this.byteLength = Math.min(Math.max(byteLength - this.#skip, 0), this.#take);
  }

  /** Whether `next` must be given views to read into. */
  get fillsViews(): boolean {
    return this.#body.fillsViews;
  }

  /** Throws where the answer already tells that it is too much, or something else than was asked for. */
  check(response: Response): void {
    const { range } = this.#wanted;
    if (response.status === 206 && (range === undefined || !isRange(response, range))) {
      throw failure(this.#context, "the answer has another range than the one asked for", { code: "protocol" }).error;
    }
    if (this.byteLength !== undefined && this.byteLength > this.#wanted.maxBytes) {
      throw this.tooLarge(`${this.byteLength} bytes, maxBytes allows ${this.#wanted.maxBytes}`);
    }
  }

  /** The next piece, or undefined at the end. A view's memory moves into the piece that comes back. */
  async next(view?: Bytes): Promise<Bytes | undefined> {
    while (this.#delivered < this.#take) {
      this.#limit.restart();
      const chunk = this.#body.take(await this.#body.ask(view));
      if (chunk === undefined) return this.#end();
      const piece = this.#cut(chunk);
      if (piece.byteLength === 0) continue;
      this.#delivered += piece.byteLength;
      const { maxBytes } = this.#wanted;
      if (this.#delivered > maxBytes) throw this.tooLarge(`more bytes than the ${maxBytes} that maxBytes allows`);
      this.#tell();
      return piece;
    }
    // Read to its end where that is here: then the connection serves the next request.
    if (!this.#body.isWhole || this.#body.take(await this.#body.ask(view)) !== undefined) await this.cancel();
    return this.#end();
  }

  /** Ends the request. */
  async cancel(reason?: unknown): Promise<void> {
    await this.#body.cancel(reason);
  }

  /** The error of a content that is too much. */
  tooLarge(detail: string, cause?: unknown): SandboxError {
    const hint = "Read it with readStream, or a part of it with range";
    return failure(this.#context, detail, { code: "file_too_large", hint }, { cause }).error;
  }

  /** What of a chunk lies in the range. */
  #cut(chunk: Bytes): Bytes {
    const from = Math.max(this.#skip - this.#passed, 0);
    this.#passed += chunk.byteLength;
    return chunk.subarray(from, from + this.#take - this.#delivered);
  }

  #end(): undefined {
    // At least once, for an empty file.
    if (this.#delivered === 0) this.#tell();
  }

  #tell(): void {
    const { byteLength } = this;
    try {
      this.#wanted.onProgress?.({
        bytes: this.#delivered,
        ...(byteLength !== undefined && { totalBytes: byteLength }),
      });
    } catch (error) {
      this.#limit.end(error);
      throw error;
    }
  }
}
