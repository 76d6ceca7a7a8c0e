/** Checks a duration in milliseconds; 0 and Infinity mean none. Throws a `RangeError`. */
export function checkMilliseconds(name: string, value: number): number {
  if (typeof value !== "number" || Number.isNaN(value) || value < 0) {
    throw new RangeError(`Cannot use ${String(value)} as ${name}: pass milliseconds, 0 or more`);
  }
  return value;
}

/** Checks a number of things; Infinity means no limit. Throws a `RangeError`. */
export function checkCount(name: string, value: number): number {
  if (typeof value !== "number" || value < 0 || !(Number.isInteger(value) || value === Infinity)) {
    throw new RangeError(`Cannot use ${String(value)} as ${name}: pass an integer, 0 or more`);
  }
  return value;
}
