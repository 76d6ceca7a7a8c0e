/** A part of a file; `end` is exclusive. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** The ranges to send, or why none can be. */
export type Ranges =
  | readonly ByteRange[]
  | "malformed"
  | "unsatisfiable";

/**
 * Reads a `Range` header. Written here because what libraries offer refuses a
 * suffix longer than the file (`bytes=-500` of 10 bytes, which means all of it)
 * and lets a reversed range pass as unsatisfiable.
 */
export function parseRanges(header: string, size: number): Ranges {
  const unit = "bytes=";
  if (!header.startsWith(unit)) return "malformed";
  const ranges: ByteRange[] = [];
  let beyond = false;
  for (const spec of header.slice(unit.length).split(",")) {
    if (spec.trim() === "") continue;
    const [, first, last] = /^\s*(\d*)\s*-\s*(\d*)\s*$/.exec(spec) ?? [];
    if (first === undefined || last === undefined || first + last === "") {
      return "malformed";
    }
    if (first === "") {
      ranges.push({ start: Math.max(0, size - Number(last)), end: size });
      continue;
    }
    const start = Number(first);
    if (last !== "" && Number(last) < start) return "malformed";
    if (start >= size) beyond = true;
    else {
      const end = last === "" ? size : Math.min(Number(last) + 1, size);
      ranges.push({ start, end });
    }
  }
  return beyond && ranges.length === 0 ? "unsatisfiable" : ranges;
}

/** How many bytes the ranges are together, overlaps counted twice. */
export function totalSize(ranges: readonly ByteRange[]): number {
  return ranges.reduce((sum, { start, end }) => sum + end - start, 0);
}
