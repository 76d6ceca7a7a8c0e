import { type Bytes, concat, NO_BYTES } from "./bytes.ts";

/**
 * Node before 24 has two decoders: one for ASCII, and one that takes half the time for anything else and several times as
 * long for that. Before 21 it has no name.
 */
const hasTwo: boolean = /^(Node\.js\/2[0-3]|$)/.test(globalThis.navigator?.userAgent ?? "");

/**
 * Decodes UTF-8 as it arrives: a character that is cut by a chunk's end comes whole with the next one.
 *
 * It holds back at most three bytes and gives the rest to a plain decoder: `TextDecoder` with `stream: true`
 * doubles the time on Node. A byte order mark is kept, as everywhere in this package.
 */
export class Utf8Decoder {
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  readonly #hasTwo: boolean;
  #other: TextDecoder | undefined;
  #isAscii = true;
  #held: Bytes = NO_BYTES;

  /** Makes a decoder for this engine. */
  constructor(two: boolean = hasTwo) {
    this.#hasTwo = two;
  }

  /** How many bytes at the end of what came are not in the text yet. */
  get heldBytes(): number {
    return this.#held.byteLength;
  }

  /** The text that became complete with these bytes; often all, sometimes "". */
  decode(chunk: Bytes): string {
    const bytes = this.#held.byteLength === 0 ? chunk : concat([this.#held, chunk]);
    const end = bytes.byteLength - unfinished(bytes);
    // Copied: a view would keep the whole chunk alive.
    this.#held = end === bytes.byteLength ? NO_BYTES : bytes.slice(end);
    if (end === 0) return "";
    return this.#text(end === bytes.byteLength ? bytes : bytes.subarray(0, end));
  }

  /** What is left at the end: "" or one U+FFFD for a sequence that never became whole. */
  flush(): string {
    const left = this.#held.byteLength > 0;
    this.#held = NO_BYTES;
    return left ? "\uFFFD" : "";
  }

  /** Text is taken to be like the text in front of it. */
  #text(bytes: Bytes): string {
    const useOther = this.#hasTwo && !this.#isAscii;
    const text = useOther ? (this.#other ??= otherDecoder()).decode(bytes) : this.#decoder.decode(bytes);
    this.#isAscii = text.length === bytes.byteLength;
    return text;
  }
}

const whole = new TextDecoder("utf-8", { ignoreBOM: true });

/** Node takes the other one for good once it was told that more follows. */
function otherDecoder(): TextDecoder {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  decoder.decode(NO_BYTES, { stream: true });
  return decoder;
}

/** Decodes bytes that are all there. */
export function decodeUtf8(bytes: Bytes): string {
  return whole.decode(bytes);
}

/** Decodes bytes that are all there, in parts. */
export function decodeParts(parts: readonly Bytes[]): string {
  const decoder = new Utf8Decoder();
  let text = "";
  for (const part of parts) text += decoder.decode(part);
  return text + decoder.flush();
}

/** How many bytes at the end are the start of a sequence that more bytes could complete. */
function unfinished(bytes: Bytes): number {
  const { length } = bytes;
  for (let back = 1; back <= Math.min(3, length); back++) {
    const byte = bytes[length - back]!;
    if (byte < 0x80) return 0;
    if (byte < 0xc0) continue;
    return back < sequenceLength(byte) && canContinue(byte, bytes[length - back + 1]) ? back : 0;
  }
  return 0;
}

/** 1 for a byte that starts nothing: it is complete, and wrong. */
function sequenceLength(lead: number): number {
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  if (lead >= 0xe0 && lead <= 0xef) return 3;
  if (lead >= 0xf0 && lead <= 0xf4) return 4;
  return 1;
}

/** Overlong forms, surrogates and values past U+10FFFF are wrong from their second byte on: nothing to wait for. */
function canContinue(lead: number, second: number | undefined): boolean {
  if (second === undefined) return true;
  if (lead === 0xe0) return second >= 0xa0;
  if (lead === 0xed) return second <= 0x9f;
  if (lead === 0xf0) return second >= 0x90;
  if (lead === 0xf4) return second <= 0x8f;
  return true;
}
