import type { Bytes } from "./bytes.ts";
import { Utf8Decoder } from "./utf8_decoder.ts";

/** A longer line comes in pieces of so many UTF-16 units: what never ends a line must not fill the memory. */
export const LINE_LIMIT: number = 2 ** 20;

/** Takes text apart into lines, without their terminators: `\n` and `\r\n`. */
export class LineSplitter {
  #rest = "";

  /** The lines that became complete with this text. */
  split(text: string): string[] {
    const [first, ...more] = text.split("\n");
    this.#rest += first;
    if (more.length === 0) return this.#cut();
    const lines = [this.#rest, ...more];
    this.#rest = lines.pop()!;
    return [...lines.flatMap((line) => pieces(line.endsWith("\r") ? line.slice(0, -1) : line)), ...this.#cut()];
  }

  /** The last line, where it has no terminator. */
  flush(): string[] {
    const rest = this.#rest;
    this.#rest = "";
    return rest === "" ? [] : pieces(rest);
  }

  /** The pieces of a line that are certain before its end is there. A terminator may still come in two parts. */
  #cut(): string[] {
    if (this.#rest.length <= LINE_LIMIT + 1) return [];
    const cut = pieces(this.#rest, LINE_LIMIT + 1);
    this.#rest = cut.pop()!;
    return cut;
  }
}

/** Makes lines of UTF-8 as it arrives: a character that is cut by a chunk's end comes whole. */
export class LineDecoder {
  readonly #decoder = new Utf8Decoder();
  readonly #splitter = new LineSplitter();

  /** The lines that became complete with these bytes. */
  decode(chunk: Bytes): string[] {
    return this.#splitter.split(this.#decoder.decode(chunk));
  }

  /** What is left at the end: the last line, where it has no terminator. */
  flush(): string[] {
    return [...this.#splitter.split(this.#decoder.flush()), ...this.#splitter.flush()];
  }
}

/** A line in pieces, the last of which may be as long as that; no character is cut apart. */
function pieces(line: string, last: number = LINE_LIMIT): string[] {
  const cut: string[] = [];
  while (line.length > last) {
    const end = LINE_LIMIT - (isHighSurrogate(line.charCodeAt(LINE_LIMIT - 1)) ? 1 : 0);
    cut.push(line.slice(0, end));
    line = line.slice(end);
  }
  return [...cut, line];
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
