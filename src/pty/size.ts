import { checkNumber } from "../errors/checks.ts";

/** The size of a terminal, in characters. */
export interface PtySize {
  /** How many stand in a line, from 1 to 65535. */
  cols: number;
  /** How many lines it has, from 1 to 65535. */
  rows: number;
}

/** The kernel holds both in 16 bits. */
const MOST = 65_535;

/** A size as the daemon takes it. Throws a `TypeError` or a `RangeError` for what is none. */
export function checkSize(size: PtySize): PtySize {
  if (typeof size !== "object" || size === null) {
    throw new TypeError(`Cannot use a ${size === null ? "null" : typeof size} as a size: pass { cols, rows }`);
  }
  return { cols: checkLength("cols", size.cols), rows: checkLength("rows", size.rows) };
}

function checkLength(name: string, value: number): number {
  checkNumber(name, value);
  if (Number.isInteger(value) && value >= 1 && value <= MOST) return value;
  throw new RangeError(`Cannot use ${value} as ${name} of a terminal: pass an integer from 1 to ${MOST}`);
}
