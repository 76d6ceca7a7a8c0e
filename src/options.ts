import { checkBoolean, checkCount, checkMilliseconds } from "./errors/checks.ts";
import type { SandboxError } from "./errors/sandbox_error.ts";

/** The shape of `fetch`. Anything that behaves as it serves: a mock, a proxy, a Worker's binding. */
export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** A token, or a function that knows it. The function is asked when a token is first needed, and again after a refusal. */
export type TokenSource = string | (() => string | Promise<string>);

/** A request that is about to be sent. */
export interface RequestEvent {
  /** What is called: `process.Process/Start`, `files.read`, `health`. */
  readonly operation: string;
  /** The HTTP method. */
  readonly method: string;
  /** Where to. It never holds a token. */
  readonly url: string;
  /** Counts from 1. */
  readonly attempt: number;
}

/** How a request went: its status once the headers of the answer are there, or the error. */
export interface ResponseEvent extends RequestEvent {
  /** The HTTP status, where there was an answer. */
  readonly status?: number;
  /** Milliseconds from sending to the headers of the answer. A streaming call's headers come with its first event. */
  readonly durationMs: number;
  /** What the answer, or the lack of one, means. */
  readonly error?: SandboxError;
}

/** How often a call that failed is sent again. Nothing that may have run is ever repeated. */
export interface RetryOptions {
  /**
   * For how long a refused connection and a gateway that is not ready are tried again, in milliseconds.
   *
   * @default {2_000}
   */
  gatewayMs?: number | undefined;
  /**
   * How many times an idempotent call is repeated after a network error.
   *
   * @default {2}
   */
  attempts?: number | undefined;
}

/** What a daemon can do, for callers who know; absent: it is probed. */
export interface CapabilityOptions {
  /** Whether the daemon has `CloseStdin` (0.5.2 and newer). */
  closeStdin?: boolean | undefined;
  /** Whether the daemon takes uploads of raw bytes, as `application/octet-stream` (0.5.7 and newer). */
  octetStream?: boolean | undefined;
}

/** How to reach a sandbox, and as whom. */
export interface RuntimeClientOptions {
  /** The id the gateway knows the sandbox by. Opaque. */
  sandboxId?: string | undefined;
  /** The gateway: a host and perhaps a port, `sandbox-gateway.sandbox-system.svc:7788`. No scheme, no path. */
  domain?: string | undefined;
  /**
   * The scheme of the gateway.
   *
   * @default {"http"}
   */
  scheme?: "http" | "https" | undefined;
  /**
   * How the gateway is told which sandbox and port: by headers, by the path `/kruise/<id>/<port>/`, or by the host
   * `<port>-<id>.<domain>`.
   *
   * @default {"header"}
   */
  routing?: "header" | "path" | "host" | undefined;
  /**
   * Where the sandbox is reached instead of through a gateway's `domain`. A string serves the runtime port; a function
   * is asked for each port. With `sandboxId` beside it, the routing headers are still sent.
   */
  sandboxBaseUrl?: string | ((port: number) => string) | undefined;
  /** The sandbox's access token, sent as `X-Access-Token`. */
  runtimeToken?: TokenSource | undefined;
  /** The gateway's traffic token, sent as `e2b-traffic-access-token`; never with `sandboxBaseUrl`. */
  trafficToken?: TokenSource | undefined;
  /**
   * Whether `X-Access-Token` goes to users' own ports, too. A gateway that checks it demands it on every port; the
   * servers there then see the token.
   *
   * @default {false}
   */
  portAccessToken?: boolean | undefined;
  /** Sent as `X-API-Key`. */
  apiKey?: string | undefined;
  /**
   * The `Authorization` value of every RPC, which selects the account in the sandbox.
   *
   * @default {"Basic cm9vdDo="} for commands, that is `root`
   */
  authHeader?: string | undefined;
  /** One account for commands and files. Absent: commands run as `root`; files as `node`, or `root` where there is none. */
  user?: string | undefined;
  /**
   * The port of the daemon.
   *
   * @default {49983}
   */
  runtimePort?: number | undefined;
  /**
   * More headers for every request. They win over those the client sets itself, whatever the letter case, but for what
   * makes a request the one it is, such as `Content-Type` and `Range`.
   */
  headers?: RequestInit["headers"] | undefined;
  /**
   * The limit of a unary call and of the wait for a stream's first event, in milliseconds; for file content it counts
   * only while no byte moves. 0: none.
   *
   * @default {60_000}
   */
  requestTimeoutMs?: number | undefined;
  /** Used instead of the global `fetch`, which is looked up at every call. */
  fetch?: Fetch | undefined;
  /** How often a failed call is repeated; false: never. */
  retry?: RetryOptions | false | undefined;
  /**
   * The largest message that is taken, in bytes.
   *
   * @default {67_108_864} 64 MiB
   */
  maxFrameBytes?: number | undefined;
  /** What the daemon can do; it skips the probe. */
  capabilities?: CapabilityOptions | undefined;
  /** Called before each request. What it throws is ignored. */
  onRequest?: ((event: RequestEvent) => void) | undefined;
  /** Called after each request. What it throws is ignored. */
  onResponse?: ((event: ResponseEvent) => void) | undefined;
}

/** What a view of a client may set differently. */
export type ViewOptions = Pick<
  RuntimeClientOptions,
  "user" | "headers" | "requestTimeoutMs" | "onRequest" | "onResponse"
>;

/** The options in force: defaults filled in, values checked. */
export interface ResolvedOptions {
  readonly sandboxId: string | undefined;
  readonly domain: string | undefined;
  readonly scheme: "http" | "https";
  readonly routing: "header" | "path" | "host";
  readonly sandboxBaseUrl: string | ((port: number) => string) | undefined;
  readonly runtimeToken: TokenSource | undefined;
  readonly trafficToken: TokenSource | undefined;
  readonly portAccessToken: boolean;
  readonly apiKey: string | undefined;
  readonly authHeader: string | undefined;
  readonly user: string | undefined;
  readonly runtimePort: number;
  readonly headers: Headers;
  readonly requestTimeoutMs: number;
  readonly fetch: Fetch;
  readonly retry: { readonly gatewayMs: number; readonly attempts: number } | false;
  readonly maxFrameBytes: number;
  readonly capabilities: CapabilityOptions;
  readonly onRequest: ((event: RequestEvent) => void) | undefined;
  readonly onResponse: ((event: ResponseEvent) => void) | undefined;
}

/** Fills in the defaults and checks every value. Throws `TypeError` or `RangeError`. */
export function resolveOptions(options: RuntimeClientOptions): ResolvedOptions {
  if (typeof options !== "object" || options === null) {
    throw new TypeError("Cannot make a client without options: pass { sandboxId, domain } or { sandboxBaseUrl }");
  }
  const { retry } = options;
  return {
    sandboxId: text("sandboxId", options.sandboxId),
    domain: text("domain", options.domain),
    scheme: oneOf("scheme", options.scheme ?? "http", ["http", "https"]),
    routing: oneOf("routing", options.routing ?? "header", ["header", "path", "host"]),
    sandboxBaseUrl: typeof options.sandboxBaseUrl === "function"
      ? options.sandboxBaseUrl
      : text("sandboxBaseUrl", options.sandboxBaseUrl),
    runtimeToken: tokenSource("runtimeToken", options.runtimeToken),
    trafficToken: tokenSource("trafficToken", options.trafficToken),
    portAccessToken: checkBoolean("portAccessToken", options.portAccessToken ?? false),
    apiKey: headerValue("apiKey", options.apiKey),
    authHeader: headerValue("authHeader", options.authHeader),
    user: checkUser(options.user),
    runtimePort: checkPort("runtimePort", options.runtimePort ?? 49983),
    headers: checkHeaders(options.headers),
    requestTimeoutMs: checkMilliseconds("requestTimeoutMs", options.requestTimeoutMs ?? 60_000),
    fetch: checkFunction("fetch", options.fetch) ?? ((input, init) => globalThis.fetch(input, init)),
    retry: retry === false ? false : {
      gatewayMs: checkMilliseconds("retry.gatewayMs", retry?.gatewayMs ?? 2_000),
      attempts: checkCount("retry.attempts", retry?.attempts ?? 2),
    },
    maxFrameBytes: checkCount("maxFrameBytes", options.maxFrameBytes ?? 64 * 1024 * 1024),
    capabilities: { ...options.capabilities },
    onRequest: checkFunction("onRequest", options.onRequest),
    onResponse: checkFunction("onResponse", options.onResponse),
  };
}

/** The options of a view: those of the client with some set differently; headers are merged. */
export function resolveView(base: ResolvedOptions, view: ViewOptions): ResolvedOptions {
  const headers = new Headers(base.headers);
  checkHeaders(view.headers).forEach((value, name) => headers.set(name, value));
  return {
    ...base,
    headers,
    user: checkUser(view.user) ?? base.user,
    requestTimeoutMs: checkMilliseconds("requestTimeoutMs", view.requestTimeoutMs ?? base.requestTimeoutMs),
    onRequest: checkFunction("onRequest", view.onRequest) ?? base.onRequest,
    onResponse: checkFunction("onResponse", view.onResponse) ?? base.onResponse,
  };
}

/** Checks the name of an account: it travels in a Basic header, where a colon would cut it. */
export function checkUser(user: string | undefined): string | undefined {
  if (user === undefined) return undefined;
  // deno-lint-ignore no-control-regex
  if (typeof user !== "string" || user === "" || /[:\x00-\x1f\x7f]/.test(user)) {
    throw new TypeError(
      `Cannot use ${JSON.stringify(user)} as user: pass the name of an account, without colon or control characters`,
    );
  }
  return user;
}

function checkPort(name: string, value: number): number {
  if (!Number.isInteger(value) || value < 1 || value > 65535) {
    throw new RangeError(`Cannot use ${String(value)} as ${name}: pass a port, 1 to 65535`);
  }
  return value;
}

function text(name: string, value: string | undefined): string | undefined {
  if (value !== undefined && (typeof value !== "string" || value.trim() === "")) {
    throw new TypeError(`Cannot use ${JSON.stringify(value)} as ${name}: pass a string that is not empty`);
  }
  return value;
}

/** Copies headers. An engine's own error would show the value, which may be a secret. */
function checkHeaders(headers: RequestInit["headers"]): Headers {
  try {
    return new Headers(headers);
  } catch {
    throw new TypeError("Cannot use the given headers: pass names and values that HTTP allows");
  }
}

function checkFunction<F extends (...args: never[]) => unknown>(name: string, value: F | undefined): F | undefined {
  if (value !== undefined && typeof value !== "function") {
    throw new TypeError(`Cannot use a ${typeof value} as ${name}: pass a function`);
  }
  return value;
}

function oneOf<const T extends string>(name: string, value: T, allowed: readonly T[]): T {
  if (!allowed.includes(value)) {
    throw new TypeError(`Cannot use ${JSON.stringify(value)} as ${name}: pass one of ${allowed.join(", ")}`);
  }
  return value;
}

function tokenSource(name: string, source: TokenSource | undefined): TokenSource | undefined {
  return typeof source === "function" ? source : headerValue(name, source);
}

/** Checks what goes into a header. It may be a secret, so the message does not show it. */
export function headerValue(name: string, value: string | undefined): string | undefined {
  if (value !== undefined && (typeof value !== "string" || !/^[\x20-\x7e]*$/.test(value))) {
    throw new TypeError(`Cannot use the given ${name}: it must be a string of printable ASCII`);
  }
  return value === "" ? undefined : value;
}
