import { type Bytes, concat } from "../../streams/bytes.ts";
import { decodeUtf8 } from "../../streams/utf8_decoder.ts";

const NEWLINE = 0x0a;

/**
 * Cuts bytes into lines at line feeds, and nowhere else. It holds no more than the line that is not complete, which
 * it does not look through again as it grows.
 */
export class LineBuffer {
  readonly #limit: number;
  #parts: Bytes[] = [];
  #length = 0;

  /** Lines of more bytes than that are refused. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The lines that became complete with these bytes, or undefined when one is too long. Empty lines are left out. */
  push(chunk: Bytes): string[] | undefined {
    const lines: string[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      if (!this.#hold(chunk.subarray(start, end))) return undefined;
      if (this.#length > 0) lines.push(this.#take());
      start = end + 1;
    }
    // Copied where it is a part: a view keeps the whole chunk alive.
    return this.#hold(start === 0 ? chunk : chunk.slice(start)) ? lines : undefined;
  }

  #hold(part: Bytes): boolean {
    this.#length += part.byteLength;
    if (this.#length > this.#limit) return false;
    if (part.byteLength > 0) this.#parts.push(part);
    return true;
  }

  #take(): string {
    const line = concat(this.#parts, this.#length);
    this.#parts = [];
    this.#length = 0;
    return decodeUtf8(line);
  }
}
