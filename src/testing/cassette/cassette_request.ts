import { type ByteString, byteString, utf8 } from "./cassette_data.ts";
import type { RecordedRequest } from "./cassette.ts";
import { basic, FORM, isAccount, type Secrets } from "./cassette_secrets.ts";

/** The daemon's port, where nothing says otherwise. */
const DAEMON_PORT = 49983;

/** What `fetch` was asked for. */
export interface Asked {
  readonly url: URL;
  readonly head: RecordedRequest;
  readonly contentType: string;
  readonly body: AskedBody;
  readonly signal: AbortSignal | undefined;
}

/** A body that is all there, or comes, or can be read only once. */
export type AskedBody = undefined | ByteString | Promise<ByteString> | ReadableStream<Uint8Array>;

/** Reads the arguments of `fetch`, and learns the secrets that they are sent with. */
export function readRequest(input: string | URL | Request, init: RequestInit | undefined, secrets: Secrets): Asked {
  const given = input instanceof Request ? input : undefined;
  const url = new URL(given?.url ?? String(input), globalThis.location?.href);
  const headers = new Headers(init?.headers ?? given?.headers);
  const { body, contentType } = init?.body ? readBody(init.body) : given ? { body: bodyOfRequest(given) } : {};
  if (contentType !== undefined && !headers.has("content-type")) headers.set("content-type", contentType);
  secrets.learn(url.search.slice(1), FORM);
  const kept = secrets.requestHeaders(headers);
  return {
    url,
    head: {
      method: (init?.method ?? given?.method ?? "GET").toUpperCase(),
      ...route(url, headers, secrets),
      ...account(headers),
      headers: kept,
    },
    contentType: headers.get("content-type") ?? "",
    body,
    signal: init?.signal ?? given?.signal ?? undefined,
  };
}

/** Where a request goes: by path, headers or host, as the gateway looks for it; else to the daemon itself. */
function route(url: URL, headers: Headers, secrets: Secrets): Pick<RecordedRequest, "path" | "sandbox" | "port"> {
  const [, id, inPath, rest] = /^\/kruise\/([^/]+)\/(\d+)(\/.*)$/.exec(url.pathname) ?? [];
  const [, inHost, label] = /^(\d{1,5})-([a-z0-9-]+)\./.exec(url.hostname) ?? [];
  const sandbox = id === undefined ? headers.get("e2b-sandbox-id") ?? label : decoded(id);
  const port = Number(inPath ?? headers.get("e2b-sandbox-port") ?? inHost ?? DAEMON_PORT);
  return {
    path: secrets.line((rest ?? url.pathname) + url.search),
    ...(sandbox !== undefined && { sandbox }),
    ...(port !== DAEMON_PORT && { port }),
  };
}

/** What cannot be decoded is sent as it is, and is no reason not to. */
function decoded(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}

/** A Basic header without a password selects an account; whatever else `Authorization` holds is a secret. */
function account(headers: Headers): Pick<RecordedRequest, "account"> {
  const { user, password } = basic("authorization", headers.get("authorization") ?? "");
  return user !== undefined && password === "" && isAccount(user) ? { account: user } : {};
}

/** A copy: how an engine sends a body depends on what the request was made of, and is not ours to change. */
function bodyOfRequest(request: Request): AskedBody {
  // Not every engine has `body` here, and none sends one with these.
  if (request.body === null || /^(GET|HEAD)$/.test(request.method)) return undefined;
  return request.clone().arrayBuffer().then((buffer) => byteString(new Uint8Array(buffer)));
}

function readBody(body: BodyInit): { readonly body: AskedBody; readonly contentType?: string } {
  if (typeof body === "string") return { body: utf8(body), contentType: "text/plain;charset=UTF-8" };
  if (body instanceof ReadableStream) return { body };
  if (body instanceof ArrayBuffer) return { body: byteString(new Uint8Array(body)) };
  if (ArrayBuffer.isView(body)) {
    return { body: byteString(new Uint8Array(body.buffer, body.byteOffset, body.byteLength)) };
  }
  // A Blob, a form: an engine knows how these become bytes.
  const whole = new Response(body);
  const contentType = whole.headers.get("content-type");
  return {
    body: whole.arrayBuffer().then((buffer) => byteString(new Uint8Array(buffer))),
    ...(contentType !== null && { contentType }),
  };
}
