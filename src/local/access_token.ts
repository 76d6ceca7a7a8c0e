import { Buffer } from "node:buffer";
import { timingSafeEqual } from "node:crypto";
import { apiError } from "./responses.ts";
import type { RuntimeState } from "./runtime_state.ts";

/** Whether a token is the one in force. Takes the same time wherever they differ. */
export function tokenMatches(given: string, token: string): boolean {
  const a = Buffer.from(given);
  const b = Buffer.from(token);
  return a.length === b.length && timingSafeEqual(a, b);
}

/** The refusal of a request without the token; `undefined` where it may pass. */
export function refuseWithoutToken(
  request: Request,
  pathname: string,
  state: RuntimeState,
): Response | undefined {
  if (state.token === undefined) return undefined;
  if (isExempt(`${request.method} ${pathname}`, state.newer)) return undefined;
  const given = request.headers.get("x-access-token") ?? "";
  if (tokenMatches(given, state.token)) return undefined;
  return apiError(
    401,
    "unauthorized access, please provide a valid access token or method signing if supported",
  );
}

/** These prove themselves otherwise: by signature, or by a token in the body. */
function isExempt(route: string, newer: boolean): boolean {
  switch (route) {
    case "GET /health":
    case "GET /files":
    case "POST /files":
      return true;
    case "POST /init":
      return newer;
    default:
      return false;
  }
}
