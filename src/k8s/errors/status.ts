import type { Status } from "../../errors/kube_status_error.ts";

/** The parts of `Status.details` that this package looks at. */
export interface StatusDetails {
  readonly retryAfterSeconds?: number;
  readonly causes: readonly { readonly reason?: string; readonly field?: string }[];
}

/** What its fields must be; a server may say anything. */
const TYPES: ReadonlyMap<string, string> = new Map([["message", "string"], ["reason", "string"], ["code", "number"]]);

/** A value as the `Status` of a failure, if it is one; without fields of a wrong type. */
export function failureStatus(value: unknown): Status | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { kind, status } = value as { kind?: unknown; status?: unknown };
  if (kind !== "Status" || status !== "Failure") return undefined;
  return Object.fromEntries(
    Object.entries(value).filter(([key, field]) => {
      const type: string = typeof field;
      return type === (TYPES.get(key) ?? type);
    }),
  );
}

/** What the details of a `Status` say; of any shape, because a server may say anything. */
export function detailsOf({ details }: Status): StatusDetails {
  const { retryAfterSeconds, causes } = (details ?? {}) as Record<string, unknown>;
  return {
    ...(typeof retryAfterSeconds === "number" && retryAfterSeconds > 0 ? { retryAfterSeconds } : {}),
    causes: Array.isArray(causes) ? causes.filter((cause) => typeof cause === "object" && cause !== null) : [],
  };
}
