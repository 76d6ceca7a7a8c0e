import { emptyResponse } from "./responses.ts";

const METHODS = ["HEAD", "GET", "POST", "PUT", "PATCH", "DELETE"];
const EXPOSED = "Grpc-Status, Grpc-Message, Grpc-Status-Details-Bin, Location, Cache-Control, X-Content-Type-Options";
const PREFLIGHT_MAX_AGE = "7200";

/** The answer to a preflight; `undefined` where the request is none. */
export function preflight(request: Request): Response | undefined {
  const wanted = request.headers.get("access-control-request-method");
  if (request.method !== "OPTIONS" || !wanted) return undefined;
  const headers: Record<string, string> = {
    vary: "Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
  };
  if (request.headers.has("origin") && METHODS.includes(wanted.toUpperCase())) {
    headers["access-control-allow-origin"] = "*";
    headers["access-control-allow-methods"] = wanted.toUpperCase();
    headers["access-control-max-age"] = PREFLIGHT_MAX_AGE;
    const requested = request.headers.get("access-control-request-headers");
    if (requested) headers["access-control-allow-headers"] = requested;
  }
  return emptyResponse(204, headers);
}

/** Adds what a browser needs to see the response. */
export function allowOrigin(request: Request, response: Response): void {
  // A served file varies by encoding instead, and says so itself.
  if (!response.headers.has("vary")) response.headers.set("vary", "Origin");
  if (!request.headers.has("origin")) return;
  response.headers.set("access-control-allow-origin", "*");
  response.headers.set("access-control-expose-headers", EXPOSED);
}
