/** JSON with a length, as the daemon's own handlers write it: one line. */
export function jsonResponse(
  status: number,
  value: unknown,
  headers: Record<string, string> = {},
): Response {
  return sized(status, `${JSON.stringify(value)}\n`, {
    "content-type": "application/json",
    ...headers,
  });
}

/** An error of a plain HTTP handler; `code` is a number, unlike Connect's. */
export function apiError(status: number, message: string): Response {
  return jsonResponse(status, { code: status, message }, {
    "content-type": "application/json; charset=utf-8",
    "x-content-type-options": "nosniff",
  });
}

/** Text with a length. */
export function textResponse(
  status: number,
  text: string,
  headers: Record<string, string> = {},
): Response {
  return sized(status, text, {
    "content-type": "text/plain; charset=utf-8",
    ...headers,
  });
}

/** The router's answer to a path that it does not know. */
export function notFound(): Response {
  return textResponse(404, "404 page not found\n", {
    "x-content-type-options": "nosniff",
  });
}

/** The router's answer to a method that a path does not have. */
export function methodNotAllowed(...allowed: string[]): Response {
  return emptyResponse(405, { allow: allowed.join(", ") });
}

/** A status without a body. */
export function emptyResponse(
  status: number,
  headers: Record<string, string> = {},
): Response {
  return new Response(null, {
    status,
    headers: status === 204 ? headers : { "content-length": "0", ...headers },
  });
}

function sized(
  status: number,
  text: string,
  headers: Record<string, string>,
): Response {
  const body = new TextEncoder().encode(text);
  return new Response(body, {
    status,
    headers: { "content-length": String(body.byteLength), ...headers },
  });
}
