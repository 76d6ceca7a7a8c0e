import { ByteLog } from "./byte_log.ts";
import { type Bytes, concat } from "./bytes.ts";
import { TextLog } from "./text_log.ts";
import { decodeParts } from "./utf8_decoder.ts";

const encoder = new TextEncoder();

/**
 * Keeps output up to a limit: all of it while it fits, then the head and the tail of it in halves, counting the rest.
 */
export class HeadTailCapture {
  readonly #headLimit: number;
  readonly #tailLimit: number;
  // Made for the first bytes: many commands say nothing on one stream, and those that wait nothing on both.
  #head: TextLog | undefined;
  #tail: ByteLog | undefined;
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
    const head = this.#head ??= new TextLog();
    const toHead = Math.min(chunk.byteLength, this.#headLimit - head.byteLength);
    if (toHead > 0) head.append(chunk.subarray(0, toHead));
    const toTail = chunk.byteLength - toHead;
    if (toTail === 0) return;
    const tail = this.#tail ??= new ByteLog();
    const excess = Math.max(0, tail.byteLength + toTail - this.#tailLimit);
    this.#dropped += excess;
    const older = Math.min(excess, tail.byteLength);
    tail.dropFront(older);
    tail.append(chunk.subarray(toHead + excess - older));
  }

  /** What is kept, as one array of its own: the head, then the tail. */
  bytes(): Bytes {
    const { start, head, tail } = this.#parts();
    return concat([encoder.encode(start), ...head, ...tail]);
  }

  /** What is kept, as it is now. */
  snapshot(): Snapshot {
    const { start, head, tail } = this.#parts();
    const rest = this.#dropped === 0 ? decodeParts([...head, ...tail]) : decodeParts(head) + decodeParts(tail);
    const text = start + rest;
    const isText = !rest.includes("\uFFFD");
    return {
      text,
      byteLength: (this.#head?.byteLength ?? 0) + (this.#tail?.byteLength ?? 0),
      // Text that says all is all that must be kept for the sake of the bytes.
      bytes: isText ? () => encoder.encode(text) : () => concat([encoder.encode(start), ...head, ...tail]),
    };
  }

  /** The beginning as text, what follows it, and the tail. */
  #parts(): { readonly start: string; readonly head: readonly Bytes[]; readonly tail: readonly Bytes[] } {
    return { start: this.#head?.text ?? "", head: this.#head?.rest() ?? [], tail: this.#tail?.parts() ?? [] };
  }
}

/** What was kept at one time. */
export interface Snapshot {
  /** It as text; where something was left out, a character cut at the gap is U+FFFD on either side. */
  readonly text: string;
  /** How many bytes it has. */
  readonly byteLength: number;
  /** Makes one array of them. */
  bytes(): Bytes;
}
