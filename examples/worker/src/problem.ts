import { isSandboxError } from "@kruise-agents/runtime";
import { STATUS } from "./status.ts";

/** What a caller reads when something went wrong: the body of an answer, or the data of an `error` event. */
export interface ProblemBody {
  /** The HTTP status; in an event the one that it would have been. */
  readonly status: number;
  /** Stable: what callers branch on. */
  readonly code: string;
  /** What happened. */
  readonly detail: string;
  /** What can be done about it. */
  readonly hint?: string;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;
}

/** What else belongs to a problem. */
export interface ProblemOptions {
  /** What the caller can do. */
  readonly hint?: string | undefined;
  /** Headers of the answer. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** A request that the Worker itself refuses. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly hint: string | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, detail: string, { hint, headers = {} }: ProblemOptions = {}) {
    super(detail);
    this.name = "Problem";
    this.status = status;
    this.code = code;
    this.hint = hint;
    this.headers = headers;
  }
}

/** Tells of an error. The messages of sandbox errors hold no token; of an error nobody expected the log alone tells. */
export function problemOf(error: unknown): ProblemBody {
  if (error instanceof Problem) return body(error.status, error.code, error.message, error.hint, false);
  if (isSandboxError(error)) return body(STATUS[error.code], error.code, error.message, error.hint, error.retryable);
  console.error(error);
  return body(500, "internal", "The Worker failed", undefined, false);
}

function body(
  status: number,
  code: string,
  detail: string,
  hint: string | undefined,
  retryable: boolean,
): ProblemBody {
  return { status, code, detail, ...(hint !== undefined && { hint }), retryable };
}

/** The answer to a request that failed. */
export function problemResponse(error: unknown): Response {
  const problem = problemOf(error);
  return new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: {
      "Content-Type": "application/problem+json",
      "Cache-Control": "no-store",
      ...(problem.retryable && { "Retry-After": "1" }),
      ...(error instanceof Problem && error.headers),
    },
  });
}

/** Rethrows what the client says about wrong arguments, before any request, as the caller's mistake. */
export function refuseMisuse(error: unknown): never {
  if (error instanceof TypeError || error instanceof RangeError) {
    throw new Problem(400, "invalid_request", error.message);
  }
  throw error;
}
