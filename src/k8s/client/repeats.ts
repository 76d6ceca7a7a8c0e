import { isSandboxError } from "../../errors/is_sandbox_error.ts";
import type { Clock } from "./limits.ts";

/** The most requests that one call makes where the server says when to come again. */
const MOST_ATTEMPTS = 10;
/** The most that one makes where the connection fails. */
const MOST_CONNECTIONS = 3;
/** The longest wait that a server can ask for. */
const LONGEST_WAIT_SECONDS = 30;

/** The longest that is remembered: a timer takes no more than 25 days, and nobody waits for them. */
const MOST_ASKED_SECONDS = 300;

/** What may be done again. */
export interface Repeatable {
  /** The HTTP method. */
  readonly method: string;
  /** Whether doing it twice is as good as once. */
  readonly idempotent: boolean;
}

const waits = new WeakMap<object, number>();

/** Remembers when the server wants to be asked again. */
export function setRetryAfter(error: object, seconds: number | undefined): void {
  if (seconds !== undefined) waits.set(error, Math.min(seconds, MOST_ASKED_SECONDS));
}

/** After how many seconds the server wants to be asked again, if it said so. */
export function retryAfterOf(error: unknown): number | undefined {
  return typeof error === "object" && error !== null ? waits.get(error) : undefined;
}

/** `Retry-After` in seconds. Dates are left out, as in client-go: the API server sends none. */
export function parseRetryAfter(header: string | null): number | undefined {
  return header !== null && /^\d{1,6}$/.test(header.trim()) ? Number(header) : undefined;
}

/**
 * The pause before a call is made again, in milliseconds; undefined when it is not. A 429 proves that nothing was done,
 * so it is repeated whatever the call.
 */
export function pauseBefore(request: Repeatable, error: unknown, attempt: number, clock: Clock): number | undefined {
  const seconds = retryAfterOf(error);
  if (seconds !== undefined) {
    const { status = 0 } = error as { status?: number };
    const may = status === 429 || (status >= 500 && request.idempotent);
    if (!may || attempt >= MOST_ATTEMPTS) return undefined;
    return Math.min(seconds, LONGEST_WAIT_SECONDS) * 1000 + clock.random() * 250;
  }
  const isRead = request.method === "GET" || request.method === "HEAD";
  if (!isRead || attempt >= MOST_CONNECTIONS || !isSandboxError(error, "network") || !error.retryable) return undefined;
  return 100 * 2 ** (attempt - 1) * (1 + clock.random());
}
