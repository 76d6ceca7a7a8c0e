/** What a failed assertion throws. */
export class AssertionError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "AssertionError";
  }
}

/** Joins what went wrong and what the caller says of it. */
export function failure(text: string, msg?: string): AssertionError {
  return new AssertionError(msg ? `${text}: ${msg}` : text);
}

/** A value as a failure shows it. */
export function show(value: unknown): string {
  return Deno.inspect(value, { depth: 8, sorted: true, strAbbreviateSize: 10_000, trailingComma: true });
}
