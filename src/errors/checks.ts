/** Checks a duration in milliseconds; 0 and Infinity mean none. Throws a `TypeError` or a `RangeError`. */
export function checkMilliseconds(name: string, value: number): number {
  checkNumber(name, value);
  if (Number.isNaN(value) || value < 0) {
    throw new RangeError(`Cannot use ${String(value)} as ${name}: pass milliseconds, 0 or more`);
  }
  return value;
}

/** Checks a number of things; Infinity means no limit. Throws a `TypeError` or a `RangeError`. */
export function checkCount(name: string, value: number): number {
  checkNumber(name, value);
  if (value < 0 || !(Number.isInteger(value) || value === Infinity)) {
    throw new RangeError(`Cannot use ${String(value)} as ${name}: pass an integer, 0 or more`);
  }
  return value;
}

/** Checks what is on or off. Throws a `TypeError`. */
export function checkBoolean(name: string, value: boolean): boolean {
  if (typeof value !== "boolean") throw new TypeError(`Cannot use a ${typeof value} as ${name}: pass true or false`);
  return value;
}

/** Checks that a value is a number at all. Throws a `TypeError`. */
export function checkNumber(name: string, value: unknown): void {
  if (typeof value !== "number") throw new TypeError(`Cannot use a ${typeof value} as ${name}: pass a number`);
}
