import { isSandboxError } from "../errors/is_sandbox_error.ts";
import type { ResolvedOptions } from "../options.ts";
import { type Bytes, concat } from "../streams/bytes.ts";
import type { Endpoint, EndpointOf } from "./endpoint.ts";
import { engineFailure } from "./error_map/engine.ts";
import { type CallContext, type Failure, failure, said } from "./error_map/failure.ts";
import { HINTS } from "./error_map/hints.ts";
import { httpFailure, isRedirect } from "./error_map/http.ts";
import { observe } from "./observe.ts";
import { Repeats } from "./repeats.ts";
import { masked } from "./secrets.ts";
import { Tokens, type TokenValues } from "./tokens.ts";

/** Headers by their names in lower case: engines take a plain object several times as fast as `Headers`. */
type RequestHeaders = Readonly<Record<string, string>>;

/** One call of the daemon, to be sent once or more often. */
export interface HttpCall extends CallContext {
  /** Its name for observers: `process.Process/Start`, `files.read`. */
  readonly operation: string;
  readonly method: "GET" | "POST";
  /** Path and query. */
  readonly path: string;
  /** Headers that belong to the call, their names in lower case; they win over everything else. */
  readonly headers?: RequestHeaders | undefined;
  /** The account to act as, as the value of `Authorization`. */
  readonly authorization?: string | undefined;
  /** What can be sent again: bytes, or a function that opens a stream of them; or a stream, which cannot. */
  readonly body?: Bytes | Blob | ReadableStream<Uint8Array> | (() => ReadableStream<Uint8Array>) | undefined;
  /** Cuts the connection. */
  readonly signal?: AbortSignal | undefined;
  /** Ends the pause between two attempts, where the connection must not be cut. */
  readonly pauseSignal?: AbortSignal | undefined;
  /** `idempotent`: also repeated where it may have run. `never`: not even where nothing ran. */
  readonly repeat?: "idempotent" | "if-nothing-ran" | "never" | undefined;
  /** The media type that a good answer has; another one is a `protocol` error. */
  readonly accept?: string | undefined;
}

const ERROR_BODY_BYTES = 64 * 1024;

/** `redirect: "error"` keeps Node from buffering a streamed upload, and throws in workerd. */
const refusesRedirects: boolean = (() => {
  try {
    return new Request("http://localhost/", { redirect: "error" }).redirect === "error";
  } catch {
    return false;
  }
})();

/**
 * Deno hands answers over packed whose encoding was asked for by name, be it `identity`; others unpack them. And it
 * sends bytes again by itself, over a new connection, where one that was used before closed without an answer. A Blob
 * it cannot send again. (Chromium sends both again.)
 */
const isDeno: boolean = /^Deno\//.test(globalThis.navigator?.userAgent ?? "");

/** The one caller of `fetch`: headers, tokens, redirects, refusals and repetition. */
export class Fetcher {
  readonly #options: ResolvedOptions;
  readonly #endpoint: Endpoint;
  /** What proves who calls. */
  readonly tokens: Tokens;
  /** What every request has: the client's, and the user's own. */
  readonly #headers: { readonly ours: RequestHeaders; readonly own: RequestHeaders };

  /** Makes the fetcher of a client; views share the tokens of the fetcher they come from. */
  constructor(options: ResolvedOptions, endpointOf: EndpointOf, shared?: Fetcher) {
    this.#options = options;
    this.#endpoint = endpointOf(options.runtimePort);
    this.#headers = constantHeaders(this.#endpoint, options);
    this.tokens = shared?.tokens ?? new Tokens(options);
  }

  /** The URL of the daemon. */
  get baseUrl(): string {
    return this.#endpoint.baseUrl;
  }

  /** Sends a call until an answer is good or final. What `consume` reads of the answer belongs to the attempt. */
  async send<T = Response>(call: HttpCall, consume?: (response: Response) => Promise<T>): Promise<T> {
    const repeats = new Repeats(this.#options.retry, call);
    for (let attempt = 1;; attempt++) {
      const signal = call.pauseSignal ?? call.signal;
      const tokens = await this.tokens.get(signal);
      signal?.throwIfAborted();
      const outcome = await this.#attempt(call, attempt, tokens, consume);
      if ("value" in outcome) return outcome.value;
      const { error, nothingRan } = outcome;
      if (await this.tokens.renew(error, tokens, repeats, call.signal)) continue;
      if (!await repeats.pause(error, nothingRan)) throw error;
    }
  }

  async #attempt<T>(
    call: HttpCall,
    attempt: number,
    tokens: TokenValues,
    consume: ((response: Response) => Promise<T>) | undefined,
  ): Promise<{ readonly value: T } | Failure> {
    const url = this.#endpoint.baseUrl + call.path;
    const done = observe(this.#options, { operation: call.operation, method: call.method, url, attempt });
    let told = false;
    try {
      const request = this.#request(call, tokens);
      const response = await this.#options.fetch(url, request);
      const mask = (words: string) => masked(words, request.headers);
      const refused = isGood(call, request, response)
        ? undefined
        : await this.#refusal({ ...call, mask }, request, response);
      told = true;
      done(response.status, refused?.error);
      if (refused !== undefined) return refused;
      return { value: consume === undefined ? response as T : await consume(response) };
    } catch (cause) {
      if (call.signal?.aborted || isOurs(cause)) {
        const final = call.signal?.aborted ? call.signal.reason : cause;
        if (!told) done(undefined, isSandboxError(final) ? final : undefined);
        throw final;
      }
      const failed = engineFailure(call, cause, url);
      if (!told) done(undefined, failed.error);
      return failed;
    }
  }

  #request(call: HttpCall, tokens: TokenValues): RequestInit & { readonly headers: RequestHeaders } {
    const { signal } = call;
    const body = bodyOf(call);
    const init: RequestInit & { readonly headers: RequestHeaders; duplex?: "half" } = {
      method: call.method,
      headers: this.#headersOf(call, tokens),
      redirect: isStreamBody(body) && refusesRedirects ? "error" : "manual",
    };
    if (body !== undefined) init.body = body;
    if (isStreamBody(body)) init.duplex = "half";
    if (signal !== undefined) init.signal = signal;
    return init;
  }

  /** Later ones win: routing and secrets, then the account, then the user's own, then what the call must have. */
  #headersOf(
    call: Pick<HttpCall, "authorization" | "headers">,
    { runtime, traffic }: TokenValues,
  ): RequestHeaders {
    const { ours, own } = this.#headers;
    const authorization = call.authorization ?? this.#options.authHeader;
    return {
      ...ours,
      ...(runtime !== undefined && { "x-access-token": runtime }),
      ...(traffic !== undefined && { "e2b-traffic-access-token": traffic }),
      ...(authorization !== undefined && { authorization }),
      ...own,
      ...call.headers,
    };
  }

  /** What is wrong with an answer that is not good. */
  async #refusal(
    call: HttpCall,
    { headers }: { readonly headers: RequestHeaders },
    response: Response,
  ): Promise<Failure> {
    const { status, type } = response;
    const head = { status, type, location: response.headers.get("location") };
    if (isRedirect(head)) {
      await response.body?.cancel().catch(() => {});
      return httpFailure(call, head, "");
    }
    const encoding = packedAgainst(headers, response);
    if (encoding !== undefined) {
      await response.body?.cancel().catch(() => {});
      return failure(call, `the answer is compressed (${said(call, encoding, 100)}), against what was asked`, {
        code: "protocol",
        hint: HINTS.notADaemon,
      }, { status });
    }
    if (!response.ok) {
      try {
        const body = await readBounded(response, ERROR_BODY_BYTES);
        return httpFailure(call, head, new TextDecoder().decode(body));
      } catch (cause) {
        call.signal?.throwIfAborted();
        // The status alone would be a guess: 401 is a wrong token, or an account that the image lacks.
        return failure(call, `the answer was HTTP ${status}, and broke off before it said why`, {
          code: "network",
          retryable: true,
        }, { status, cause });
      }
    }
    await response.body?.cancel().catch(() => {});
    const contentType = response.headers.get("content-type") ?? "";
    return failure(call, `the answer is ${said(call, contentType, 100) || "of no type"}, not ${call.accept}`, {
      code: "protocol",
      hint: HINTS.notADaemon,
    }, { status });
  }

  /** A server's words without the secrets that it is sent: a proxy may echo them. */
  mask(words: string): string {
    return masked(words, this.#headersOf({}, this.tokens.known));
  }
}

function constantHeaders(
  { headers }: Endpoint,
  { apiKey, headers: own }: ResolvedOptions,
): { readonly ours: RequestHeaders; readonly own: RequestHeaders } {
  // On envd 0.2.10 its expiry kills the daemon when a command is chatty: nobody's header may ask for it.
  const allowed = [...own].filter(([name]) => name !== "connect-timeout-ms");
  return {
    // Compressed answers cost more time than they save, most of all on Node. Browsers do not let a caller choose.
    ours: { ...headers, "accept-encoding": "identity", ...(apiKey !== undefined && { "x-api-key": apiKey }) },
    own: Object.fromEntries(allowed),
  };
}

/** Whether an answer is what the call asked for. */
function isGood(
  { accept }: HttpCall,
  { headers }: { readonly headers: RequestHeaders },
  response: Response,
): boolean {
  if (!response.ok || packedAgainst(headers, response) !== undefined) return false;
  return accept === undefined || mediaType(response) === accept;
}

function mediaType({ headers }: Response): string {
  return (headers.get("content-type") ?? "").split(";")[0]!.trim().toLowerCase();
}

/** How an answer is compressed that must not be, and that the engine hands over packed. */
function packedAgainst(asked: RequestHeaders, { headers }: Response): string | undefined {
  if (!isDeno || asked["accept-encoding"] !== "identity") return undefined;
  const encoding = headers.get("content-encoding") ?? "identity";
  return encoding === "identity" ? undefined : encoding;
}

/** The body of one attempt, which the engine sends no more than once where running twice is not the same as once. */
function bodyOf({ body, repeat }: HttpCall): Exclude<HttpCall["body"], () => unknown> {
  if (typeof body === "function") return body();
  return isDeno && repeat !== "idempotent" && body instanceof Uint8Array ? new Blob([body]) : body;
}

/** Whether a body can be sent only once. */
function isStreamBody(body: HttpCall["body"]): body is ReadableStream<Uint8Array> {
  return body instanceof ReadableStream;
}

/** The first bytes of a body; the rest is cancelled. */
async function readBounded(response: Response, limit: number): Promise<Bytes> {
  if (response.body === null) return new Uint8Array(0);
  const reader = response.body.getReader();
  const parts: Bytes[] = [];
  for (let size = 0; size < limit;) {
    const { done, value } = await reader.read();
    if (done) return concat(parts);
    parts.push(value as Bytes);
    size += value.byteLength;
  }
  await reader.cancel().catch(() => {});
  return concat(parts);
}

/** An error that is final as it is: a consumer's own, or misuse found by the engine. */
function isOurs(error: unknown): boolean {
  return error instanceof RangeError || isSandboxError(error);
}
