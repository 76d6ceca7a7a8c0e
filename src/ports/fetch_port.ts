import type { Connection } from "../connection/connection.ts";
import { discard } from "../connection/discard.ts";
import { type CallContext, failure, type FailureCode } from "../connection/error_map/failure.ts";
import { isOneTime } from "../connection/repeats.ts";
import { streamsRequests } from "../connection/request_streams.ts";
import { checkPort, findPath, portPath } from "./port_path.ts";
import { locationOf, redirected } from "./redirect.ts";

/** As many as `fetch` follows. */
const MOST_REDIRECTS = 20;

type OwnInit = RequestInit & { readonly headers: Headers; readonly duplex?: "half" };

/** Sends a request to a port, and follows redirects that stay on it. */
export async function fetchPort(
  connection: Connection,
  port: number,
  input: string | URL | Request,
  init: RequestInit = {},
): Promise<Response> {
  checkPort(port);
  const context = connection.context(`fetch from port ${port}`);
  const request = typeof input === "object" && "url" in input ? input : undefined;
  let { path } = portPath(connection, port, request?.url ?? String(input));
  const redirect = checkRedirect(init.redirect ?? request?.redirect ?? "follow");
  let current = await ownInit(request, init);
  for (let redirects = 0;; redirects++) {
    const response = await connection.ports.send({ ...context, port, path, init: current });
    if (redirect === "manual") return response;
    const hidden = response.type === "opaqueredirect";
    const location = locationOf(response);
    if (location === undefined && !hidden) return redirects === 0 ? response : marked(response);
    await discard(response);
    if (redirect === "error") {
      throw new TypeError(`Cannot fetch from port ${port}: redirected, and redirect is "error"`);
    }
    const next = location === undefined ? undefined : findPath(connection, port, location, path);
    if (hidden) throw refusal(context, "redirected, and this browser does not tell where", "unsupported");
    if (next === undefined) throw refusal(context, "redirected to what is not this port, which is not followed");
    if (redirects === MOST_REDIRECTS) throw refusal(context, `redirected more than ${MOST_REDIRECTS} times`);
    current = redirected(current, response.status);
    if (isOneTime(current.body)) throw refusal(context, "redirected, and a stream cannot be sent twice");
    path = next.path;
  }
}

function refusal(context: CallContext, detail: string, code: FailureCode = "protocol"): Error {
  return failure(context, detail, { code, hint: 'Pass redirect: "manual" to get the redirect itself' }).error;
}

/** Options as `fetch` would make them of both its arguments, with a body that the engine can send. */
async function ownInit(request: Request | undefined, init: RequestInit): Promise<OwnInit> {
  const method = checkMethod(init.method ?? request?.method);
  if ((init.body ?? undefined) === undefined && request?.bodyUsed) {
    throw new TypeError("Cannot send the body of the given Request: it was read already");
  }
  const body = init.body ?? await bodyOf(request);
  if (body instanceof ReadableStream && body.locked) {
    throw new TypeError("Cannot send the given body: it is a stream that has a reader already");
  }
  if (body !== undefined && /^(get|head)?$/i.test(method ?? "")) {
    throw new TypeError(`Cannot send a body with ${method ?? "GET"}: pass another method`);
  }
  const signal = init.signal === undefined ? request?.signal : init.signal;
  return {
    ...init,
    ...(method !== undefined && { method }),
    ...(body !== undefined && { body }),
    ...(isOneTime(body) && { duplex: "half" as const }),
    ...(signal !== undefined && { signal }),
    headers: checkHeaders(init.headers ?? request?.headers),
    redirect: "manual",
  };
}

async function bodyOf(request: Request | undefined): Promise<BodyInit | undefined> {
  if (request === undefined) return undefined;
  if (streamsRequests) return request.body ?? undefined;
  const blob = /^(get|head)$/i.test(request.method) ? undefined : await request.blob();
  return blob === undefined || blob.size === 0 ? undefined : blob;
}

/** Bun sends a GET where it does not know a method. */
function checkMethod(method: string | undefined): string | undefined {
  if (method === undefined || /^(?!(connect|trace|track)$)[\w!#$%&'*+.^`|~-]+$/i.test(method)) return method;
  throw new TypeError(`Cannot use ${JSON.stringify(method)} as method: pass one that fetch allows`);
}

/** Copies headers. An engine's own error would show the value, which may be a secret. */
function checkHeaders(headers: RequestInit["headers"]): Headers {
  try {
    return new Headers(headers);
  } catch {
    throw new TypeError("Cannot use the given headers: pass names and values that HTTP allows");
  }
}

function checkRedirect(redirect: RequestRedirect): RequestRedirect {
  if (["follow", "error", "manual"].includes(redirect)) return redirect;
  throw new TypeError(`Cannot use ${JSON.stringify(redirect)} as redirect: pass follow, error or manual`);
}

/** An answer behind a redirect, as `fetch` tells it. */
function marked(response: Response): Response {
  return Object.defineProperty(response, "redirected", { value: true });
}
