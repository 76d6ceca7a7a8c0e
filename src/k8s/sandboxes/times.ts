/**
 * A time as the API writes it, up to the next second.
 *
 * @throws {TypeError} When it is no `Date`.
 * @throws {RangeError} When the API cannot write it.
 */
export function kubeTime(name: string, time: unknown): string {
  if (!(time instanceof Date)) {
    throw new TypeError(`Cannot use a value of type ${typeof time} as ${name}: pass a Date`);
  }
  const seconds = Math.ceil(time.getTime() / 1000);
  const text = Number.isNaN(seconds) ? "" : new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
  // RFC 3339 has years of four digits.
  if (/^\d{4}-/.test(text)) return text;
  throw new RangeError(
    `Cannot use ${text === "" ? "an invalid Date" : text} as ${name}: pass one in the years 0 to 9999`,
  );
}
