import { ByteLog, joined } from "./byte_log.ts";
import type { Bytes } from "./bytes.ts";
import { decodeParts } from "./utf8_decoder.ts";

/**
 * Keeps output up to a limit: all of it while it fits, then the head and the tail of it in halves, counting the rest.
 */
export class HeadTailCapture {
  readonly #headLimit: number;
  readonly #tailLimit: number;
  readonly #head = new ByteLog();
  readonly #tail = new ByteLog();
  #dropped = 0;

  /** Keeps at most so many bytes; 0 keeps none. */
  constructor(limit: number) {
    this.#headLimit = Math.ceil(limit / 2);
    this.#tailLimit = Math.floor(limit / 2);
  }

  /** How many bytes were left out. */
  get droppedBytes(): number {
    return this.#dropped;
  }

  /** Takes what came. */
  push(chunk: Bytes): void {
    if (this.#headLimit === 0) return void (this.#dropped += chunk.byteLength);
    const toHead = Math.min(chunk.byteLength, this.#headLimit - this.#head.byteLength);
    if (toHead > 0) this.#head.append(chunk.subarray(0, toHead));
    const toTail = chunk.byteLength - toHead;
    if (toTail === 0) return;
    const excess = Math.max(0, this.#tail.byteLength + toTail - this.#tailLimit);
    this.#dropped += excess;
    const older = Math.min(excess, this.#tail.byteLength);
    this.#tail.dropFront(older);
    this.#tail.append(chunk.subarray(toHead + excess - older));
  }

  /** What is kept, as it is now and without a copy: the head, then the tail. */
  parts(): readonly Bytes[] {
    return [...this.#head.parts(), ...this.#tail.parts()];
  }

  /** What is kept, as one array of its own. */
  bytes(): Bytes {
    return joined(this.parts());
  }

  /** What is kept, as text; where something was left out, a character cut at the gap is U+FFFD on either side. */
  text(): string {
    if (this.#dropped === 0) return decodeParts(this.parts());
    return decodeParts(this.#head.parts()) + decodeParts(this.#tail.parts());
  }
}
