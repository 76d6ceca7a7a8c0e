import { endpoints } from "../../src/connection/endpoint.ts";
import { Fetcher, type HttpCall } from "../../src/connection/fetcher.ts";
import { resolveOptions, type RuntimeClientOptions } from "../../src/options.ts";

/** One answer: a response, or what `fetch` rejects with. */
export type Answer = Response | Error | ((request: Sent) => Response | Promise<Response>);

/** A request as it would go out. */
export interface Sent {
  readonly url: string;
  readonly init: RequestInit;
  readonly headers: Headers;
}

/** A `fetch` that gives one answer after the other; the last one again and again. */
export class FakeFetch {
  readonly sent: Sent[] = [];
  readonly #answers: Answer[];

  constructor(...answers: Answer[]) {
    this.#answers = answers;
  }

  /** The function itself. */
  readonly fetch = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    init.signal?.throwIfAborted();
    const request = { url: String(input), init, headers: new Headers(init.headers) };
    this.sent.push(request);
    const answer = this.#answers.length > 1 ? this.#answers.shift()! : this.#answers[0]!;
    if (answer instanceof Error) throw answer;
    return typeof answer === "function" ? await answer(request) : copy(answer);
  };

  /** The values of one header, request by request. */
  header(name: string): (string | null)[] {
    return this.sent.map(({ headers }) => headers.get(name));
  }
}

/** A fetcher for a daemon at http://sandbox.test, unless the options say where. */
export function fetcherOf(fake: FakeFetch, options: RuntimeClientOptions = {}): Fetcher {
  const where = options.domain === undefined ? { sandboxBaseUrl: "http://sandbox.test" } : {};
  const resolved = resolveOptions({ ...where, ...options, fetch: fake.fetch });
  return new Fetcher(resolved, endpoints(resolved));
}

/** A call with nothing special about it. */
export const CALL: HttpCall = { what: "read it", operation: "files.read", method: "GET", path: "/files" };

/** What the gateway and the daemon answer. */
export const OK: Response = new Response("fine");
export const UNAUTHENTICATED: Response = Response.json({ code: 401, message: "unauthorized access" }, { status: 401 });
export const FORBIDDEN: Response = text(403, "forbidden: invalid or missing traffic access token");
export const NOT_READY: Response = text(503, "sandbox gateway is not ready");
export const UNAVAILABLE: Response = text(503, "upstream connect error");

/** What Node's `fetch` rejects with where nothing listens. */
export const REFUSED: Error = new TypeError("fetch failed", {
  cause: Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:1"), { code: "ECONNREFUSED" }),
});
export const RESET: Error = new TypeError("fetch failed", {
  cause: Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" }),
});

/** An answer in plain text. */
export function text(status: number, body: string): Response {
  return new Response(body, { status, headers: { "content-type": "text/plain" } });
}

/** A response to give away. Deno 2.9 loses the headers of one that is cloned before they were looked at. */
export function copy(response: Response): Response {
  return new Response(response.clone().body, response);
}
