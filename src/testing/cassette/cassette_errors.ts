import type { RecordedError } from "./cassette.ts";

/** So deep are causes followed. */
const DEPTH = 5;

/** What tells the kind of an error, for the cassette. */
export function errorToJson(error: unknown, say: (text: string) => string, depth: number = 0): RecordedError {
  if (typeof error !== "object" || error === null) return { name: "Error", message: say(String(error)) };
  const { name, message, code, cause, errors } = error as Record<string, unknown>;
  const below = depth < DEPTH;
  return {
    name: typeof name === "string" ? name : "Error",
    message: say(typeof message === "string" ? message : ""),
    // The number that a DOMException has follows from its name.
    ...(typeof code === "string" && { code }),
    ...(below && cause !== undefined && { cause: errorToJson(cause, say, depth + 1) }),
    ...(below && Array.isArray(errors) && { errors: errors.map((inner) => errorToJson(inner, say, depth + 1)) }),
  };
}

/** An error of the kind that was recorded. */
export function errorFromJson({ name, message, code, cause, errors }: RecordedError): Error {
  const options = cause === undefined ? {} : { cause: errorFromJson(cause) };
  const error = errors !== undefined
    ? new AggregateError(errors.map(errorFromJson), message, options)
    : name === "TypeError"
    ? new TypeError(message, options)
    : DOM_NAMES.has(name)
    ? new DOMException(message, name)
    : new Error(message, options);
  if (error.name !== name) Object.defineProperty(error, "name", { value: name, configurable: true });
  return code === undefined ? error : Object.assign(error, { code });
}

/** What `fetch` rejects with beside a TypeError. */
const DOM_NAMES: ReadonlySet<string> = new Set([
  "AbortError",
  "TimeoutError",
  "NetworkError",
  "NotAllowedError",
  "DataCloneError",
  "QuotaExceededError",
]);
