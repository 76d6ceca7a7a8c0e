import { ByteLog } from "./byte_log.ts";
import type { Bytes } from "./bytes.ts";
import { Utf8Decoder } from "./utf8_decoder.ts";

/** Text is made of so many bytes at a time, so that small chunks do not become small strings. */
const PIECE_BYTES = 16 * 1024;

/**
 * Bytes in the order they came, which are most likely text and will be wanted as such.
 *
 * What is UTF-8 is kept as text alone, from which its bytes can be made again: to keep both, and to decode what has long
 * left the processor's cache, takes twice the time and memory. From the first wrong byte on, bytes are kept.
 */
export class TextLog {
  #decoder: Utf8Decoder | undefined;
  readonly #rest = new ByteLog();
  #text = "";
  #byteLength = 0;
  #isText = true;

  /** How many bytes it holds. */
  get byteLength(): number {
    return this.#byteLength;
  }

  /** The beginning, as text that has its very bytes. */
  get text(): string {
    return this.#text;
  }

  /** What comes after that text. */
  rest(): readonly Bytes[] {
    return this.#rest.parts();
  }

  /** Adds bytes at the end. They must not change afterwards. */
  append(chunk: Bytes): void {
    this.#byteLength += chunk.byteLength;
    this.#rest.append(chunk);
    if (this.#isText && this.#rest.byteLength >= PIECE_BYTES) this.#decode();
  }

  #decode(): void {
    let text = "";
    const decoder = this.#decoder ??= new Utf8Decoder();
    for (const part of this.#rest.parts()) text += decoder.decode(part);
    const { heldBytes } = decoder;
    decoder.flush();
    this.#isText = !text.includes("\uFFFD");
    if (!this.#isText) return;
    this.#text += text;
    this.#rest.dropFront(this.#rest.byteLength - heldBytes);
  }
}
