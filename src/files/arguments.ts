import type { ReadOptions } from "./file_options.ts";

/** A range with both ends; an open one ends at Infinity. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Checks a path. Empty is the home directory. */
export function checkPath(path: string, name: string = "path"): string {
  if (typeof path !== "string") throw new TypeError(`Cannot use ${String(path)} as ${name}: pass a string`);
  const problem = path.includes("\0")
    ? "it holds a NUL character, which no path can"
    // It would become U+FFFD on the way, which is another path.
    : /\p{Surrogate}/u.test(path)
    ? "it holds half of a surrogate pair, which UTF-8 cannot say"
    : undefined;
  if (problem !== undefined) throw new TypeError(`Cannot use ${JSON.stringify(path)} as ${name}: ${problem}`);
  return path;
}

/** Checks a range. */
export function checkRange(range: ReadOptions["range"]): Span | undefined {
  if (range === undefined) return undefined;
  const { start, end } = range;
  if (!isCount(start)) throw new RangeError(`Cannot use ${start} as range.start: pass an integer, 0 or more`);
  if (end === undefined || end === Infinity) return { start, end: Infinity };
  if (!isCount(end) || end < start) {
    throw new RangeError(`Cannot use ${end} as range.end: pass an integer that is not below range.start (${start})`);
  }
  return { start, end };
}

/** Checks a limit of bytes; absent: none. */
export function checkMaxBytes(maxBytes: number = Infinity): number {
  if (maxBytes === Infinity || isCount(maxBytes)) return maxBytes;
  throw new RangeError(`Cannot use ${maxBytes} as maxBytes: pass an integer, 0 or more`);
}

/** Checks the depth of a listing, which travels in 32 bits. */
export function checkDepth(depth: number = 1): number {
  if (isCount(depth) && depth >= 1 && depth < 2 ** 32) return depth;
  throw new RangeError(`Cannot use ${depth} as depth: pass an integer, 1 or more`);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
