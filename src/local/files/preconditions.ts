/** How the conditional headers of a request came out. */
export type Precondition = "met" | "not modified" | "failed";

/**
 * Evaluates `If-Match`, `If-Unmodified-Since`, `If-None-Match` and
 * `If-Modified-Since` (RFC 9110 §13.2.2) for a file, which never has an entity
 * tag here, so that only `*` can match one.
 */
export function checkPreconditions(
  headers: Headers,
  modified: Date,
): Precondition {
  const match = headers.get("if-match");
  if (match !== null) {
    if (!hasStar(match)) return "failed";
  } else {
    const limit = httpDate(headers.get("if-unmodified-since"));
    if (limit !== undefined && seconds(modified) > seconds(limit)) {
      return "failed";
    }
  }
  const noneMatch = headers.get("if-none-match");
  if (noneMatch !== null) return hasStar(noneMatch) ? "not modified" : "met";
  const since = httpDate(headers.get("if-modified-since"));
  return since !== undefined && seconds(modified) <= seconds(since) ? "not modified" : "met";
}

/** Whether `If-Range` lets a `Range` count: absent, or the very same second. */
export function rangeApplies(
  headers: Headers,
  modified: Date | undefined,
): boolean {
  const value = headers.get("if-range");
  if (value === null) return true;
  const date = httpDate(value);
  return date !== undefined && modified !== undefined &&
    seconds(date) === seconds(modified);
}

function hasStar(tags: string): boolean {
  return tags.split(",").some((tag) => tag.trim() === "*");
}

function httpDate(value: string | null): Date | undefined {
  // `Date.parse` takes far more than HTTP dates; those begin with a weekday.
  if (value === null || !/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(value)) {
    return undefined;
  }
  const time = Date.parse(value);
  return Number.isNaN(time) ? undefined : new Date(time);
}

function seconds(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}
