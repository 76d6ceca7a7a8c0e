import type { Status } from "../../errors/kube_status_error.ts";

/** The parts of `Status.details` that this package looks at. */
export interface StatusDetails {
  readonly retryAfterSeconds?: number;
  readonly causes: readonly { readonly reason?: string; readonly field?: string }[];
}

/** A value as the `Status` of a failure, if it is one. */
export function failureStatus(value: unknown): Status | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { kind, status } = value as { kind?: unknown; status?: unknown };
  return kind === "Status" && status === "Failure" ? value : undefined;
}

/** What the details of a `Status` say; of any shape, because a server may say anything. */
export function detailsOf({ details }: Status): StatusDetails {
  const { retryAfterSeconds, causes } = (details ?? {}) as Record<string, unknown>;
  return {
    ...(typeof retryAfterSeconds === "number" && retryAfterSeconds > 0 ? { retryAfterSeconds } : {}),
    causes: Array.isArray(causes) ? causes.filter((cause) => typeof cause === "object" && cause !== null) : [],
  };
}
