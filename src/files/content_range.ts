import type { Span } from "./arguments.ts";

/**
 * Whether a partial answer (206) is the range that was asked for: its beginning, and everything up to the end of the
 * range or of the file. Across origins a browser hides the header that tells.
 */
export function isRange({ headers, type }: Response, { start, end }: Span): boolean {
  const range = headers.get("content-range");
  if (range === null && type === "cors") return !headers.get("content-type")?.startsWith("multipart/byteranges");
  const [, first, last, total] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(range ?? "") ?? [];
  if (first === undefined || Number(first) !== start || Number(last) < start) return false;
  // The smallest range has one byte, so an empty one asks for that.
  const asked = Math.max(end, start + 1);
  const behind = Number(last) + 1;
  return total === "*" ? behind <= asked : behind === Math.min(asked, Number(total));
}
