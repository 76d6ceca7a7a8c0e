/** The words of the API for what went wrong (`metav1.StatusReason`), and the code that each goes with. */
const REASONS: Readonly<Record<string, number>> = {
  BadRequest: 400,
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  MethodNotAllowed: 405,
  NotAcceptable: 406,
  Conflict: 409,
  AlreadyExists: 409,
  Gone: 410,
  Expired: 410,
  RequestEntityTooLarge: 413,
  UnsupportedMediaType: 415,
  Invalid: 422,
  TooManyRequests: 429,
  InternalError: 500,
  ServerTimeout: 500,
  StorageReadError: 500,
  ServiceUnavailable: 503,
  Timeout: 504,
};

/** Whether a reason is one of the API's own. */
export function isKnownReason(reason: string): boolean {
  return Object.hasOwn(REASONS, reason);
}

/** The reason that goes with a code where the server gives none; empty for a code that has none. */
export function reasonOf(code: number, method: string): string {
  if (code === 409) return method === "POST" ? "AlreadyExists" : "Conflict";
  if (code === 410) return "Expired";
  return Object.keys(REASONS).find((reason) => REASONS[reason] === code) ?? "";
}
