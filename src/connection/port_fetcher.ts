import type { ResolvedOptions } from "../options.ts";
import { discard } from "./discard.ts";
import { type EndpointOf, type PortEndpoint, portEndpoint } from "./endpoint.ts";
import { engineFailure } from "./error_map/engine.ts";
import { type CallContext, type Failure, failure, said } from "./error_map/failure.ts";
import { gatewaysOwn, mayBeGateways } from "./error_map/gateway.ts";
import { HINTS } from "./error_map/hints.ts";
import { observe } from "./observe.ts";
import { Repeats } from "./repeats.ts";
import { masked } from "./secrets.ts";
import type { Tokens, TokenValues } from "./tokens.ts";

export type { Fetch } from "../options.ts";

/** A request to a port of the sandbox. */
export interface PortCall extends CallContext {
  readonly port: number;
  /** Path and query, as the server in the sandbox is to see them. */
  readonly path: string;
  /** As `fetch` takes it. A body that is no stream can be sent again. */
  readonly init: RequestInit;
}

/** Whom a request must not be able to choose: the port alone decides. */
const ROUTING_HEADERS = ["e2b-sandbox-id", "e2b-sandbox-port"];

/**
 * Requests to the ports of a sandbox. What a server there answers is an answer, whatever its status; only what the
 * gateway says by itself becomes an error. Nothing but a gateway that is not ready is asked again.
 */
export class PortFetcher {
  readonly #options: ResolvedOptions;
  readonly #endpointOf: EndpointOf;
  readonly #tokens: Tokens;

  /** Makes the fetcher of a client, which shares the client's tokens. */
  constructor(options: ResolvedOptions, endpointOf: EndpointOf, tokens: Tokens) {
    this.#options = options;
    this.#endpointOf = endpointOf;
    this.#tokens = tokens;
  }

  /** Where a path of a port is. */
  endpoint(port: number, path: string): PortEndpoint {
    return portEndpoint(this.#options, this.#endpointOf, port, path);
  }

  /** Whether a gateway is in front that finds the sandbox by the path, too. */
  get hasGateway(): boolean {
    return this.#options.sandboxBaseUrl === undefined;
  }

  /** Whether requests to a port need a header that proves who calls. */
  provesItself(port: number): boolean {
    const { runtimeToken, trafficToken } = this.#options;
    return (this.#sendsRuntimeToken(port) && runtimeToken !== undefined) ||
      (this.hasGateway && trafficToken !== undefined);
  }

  /** All headers that a request to a port must have. */
  async headers(port: number): Promise<Headers> {
    return this.#merged(port, this.endpoint(port, "/"), await this.#tokensFor(port), undefined);
  }

  /** Sends a request, and gives the answer of the server in the sandbox. */
  async send(call: PortCall): Promise<Response> {
    const signal = call.init.signal ?? undefined;
    const repeats = new Repeats(this.#options.retry, { body: call.init.body, signal, repeat: "if-nothing-ran" });
    for (let attempt = 1;; attempt++) {
      signal?.throwIfAborted();
      const tokens = await this.#tokensFor(call.port, signal);
      signal?.throwIfAborted();
      const outcome = await this.#attempt(call, attempt, tokens);
      if ("response" in outcome) return outcome.response;
      const { error, nothingRan } = outcome;
      const isSent = error.code !== "unauthenticated" || this.#sendsRuntimeToken(call.port);
      if (isSent && await this.#tokens.renew(error, tokens, repeats, signal)) continue;
      if (!await repeats.pause(error, nothingRan && error.code === "gateway_not_ready")) throw error;
    }
  }

  async #attempt(
    call: PortCall,
    attempt: number,
    tokens: TokenValues,
  ): Promise<{ readonly response: Response } | Failure> {
    const { port, path, init } = call;
    const endpoint = this.endpoint(port, path);
    const url = endpoint.baseUrl + path;
    const headers = this.#merged(port, endpoint, tokens, init.headers);
    // A user's query may hold secrets of theirs, or a signature.
    const shown = url.split("?", 1)[0]!;
    const done = observe(this.#options, {
      operation: "ports.fetch",
      method: init.method ?? "GET",
      url: shown,
      attempt,
    });
    try {
      const response = await this.#options.fetch(url, { ...init, headers });
      const context = { ...call, mask: (words: string) => masked(words, headers) };
      const refused = await this.#gatewayFailure(context, response);
      done(response.status, refused?.error);
      return refused ?? { response };
    } catch (cause) {
      if (init.signal?.aborted) {
        done(undefined);
        throw init.signal.reason;
      }
      const ifRefused = this.hasGateway || port === this.#options.runtimePort ? undefined : HINTS.port;
      const failed = engineFailure({ ...call, doubt: HINTS.port, ifRefused }, withoutQuery(cause), url);
      done(undefined, failed.error);
      return failed;
    }
  }

  /** What the gateway has to say, where it is the gateway that answers. */
  async #gatewayFailure(call: PortCall, response: Response): Promise<Failure | undefined> {
    const { status } = response;
    if (!mayBeGateways(status, response.headers)) return undefined;
    // A body that breaks off breaks off for its reader, too.
    const text = await response.clone().text().catch(() => "");
    const meaning = gatewaysOwn(status, text, this.#options.sandboxId);
    if (meaning === undefined) return undefined;
    await discard(response);
    const hint = meaning.code === "unauthenticated" && !this.#sendsRuntimeToken(call.port)
      ? "The gateway demands the sandbox's access token on every port: pass portAccessToken: true, with runtimeToken"
      : meaning.code === "network"
      ? HINTS.port
      : meaning.hint;
    return failure(call, said(call, text), { ...meaning, hint }, { status });
  }

  #sendsRuntimeToken(port: number): boolean {
    return port === this.#options.runtimePort || this.#options.portAccessToken;
  }

  /** The runtime token is asked for only where it may go. */
  async #tokensFor(port: number, signal?: AbortSignal | undefined): Promise<TokenValues> {
    return this.#sendsRuntimeToken(port) ? await this.#tokens.get(signal) : await this.#tokens.getTraffic(signal);
  }

  /** Later ones win: tokens, then the client's headers, then the caller's; but for the routing, which is the port's. */
  #merged(
    port: number,
    endpoint: PortEndpoint,
    { runtime, traffic }: TokenValues,
    own: RequestInit["headers"],
  ): Headers {
    const headers = new Headers();
    if (runtime !== undefined) headers.set("x-access-token", runtime);
    if (traffic !== undefined) headers.set("e2b-traffic-access-token", traffic);
    this.#options.headers.forEach((value, name) => {
      if (name !== "x-access-token" || this.#sendsRuntimeToken(port)) headers.set(name, value);
    });
    new Headers(own).forEach((value, name) => headers.set(name, value));
    if (this.hasGateway) { for (const name of ROUTING_HEADERS) headers.delete(name); }
    for (const [name, value] of Object.entries(endpoint.headers)) headers.set(name, value);
    return headers;
  }
}

/** What an engine says of a failure, without the query of the URL: that may hold secrets, and Deno and Bun tell it. */
function withoutQuery(error: unknown, depth: number = 0): unknown {
  if (!(error instanceof Error) || depth > 5) return undefined;
  const { name, message, code, cause, errors } = error as Error & Partial<Record<"code" | "errors", unknown>>;
  const copy = new Error(message.replace(/(https?:[^\s?#]*)[?#]\S*/g, "$1"), { cause: withoutQuery(cause, depth + 1) });
  return Object.assign(copy, {
    name,
    ...(code !== undefined && { code }),
    ...(Array.isArray(errors) && { errors: errors.map((inner) => withoutQuery(inner, depth + 1)) }),
  });
}
