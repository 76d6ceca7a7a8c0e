import { isSandboxError } from "../../errors/is_sandbox_error.ts";
import { SandboxError } from "../../errors/sandbox_error.ts";
import { answerError, htmlError, isHtml, statusError } from "../errors/status_error.ts";
import { detailsOf, failureStatus } from "../errors/status.ts";
import type { KubeSocket, KubeSocketRequest } from "../sockets/kube_socket.ts";
import type { KubeAccess } from "../config/kube_access.ts";
import type { KubeTransport } from "../transport/kube_transport.ts";
import type { KubeCallOptions } from "../types.ts";
import { checkMilliseconds } from "../../errors/checks.ts";
import { readErrorText } from "./error_body.ts";
import { endingWith, linkSignals } from "./linked_signal.ts";
import { type CallScope, type Clock, DEFAULT_TIMEOUT_MS, systemClock, withLimits } from "./limits.ts";
import { takesManyListeners } from "./many_listeners.ts";
import { type Query, withQuery } from "./query.ts";
import { parseRetryAfter, pauseBefore, type Repeatable, setRetryAfter } from "./repeats.ts";
import { masked } from "./secrets.ts";
import { USER_AGENT } from "./user_agent.ts";

/** A request, and what its errors say of it. */
export interface ApiRequest extends Repeatable {
  /** Completes "Cannot …". */
  readonly what: string;
  /** The path under the server. */
  readonly path: string;
  /** The query. */
  readonly query?: Query | undefined;
  /** The body, and its type. */
  readonly body?: string | undefined;
  readonly contentType?: string | undefined;
  /** The type wanted; JSON where absent. */
  readonly accept?: string | undefined;
  /** The answer is read as it comes, for which it must not be compressed. */
  readonly isPlain?: boolean | undefined;
  /** As that, and who reads it repeats the request, too. */
  readonly isStream?: boolean | undefined;
}

const closings = new WeakSet<object>();

/** Whether an error says that the client was closed. */
export function isClosing(error: unknown): boolean {
  return typeof error === "object" && error !== null && closings.has(error);
}

/** Makes requests as the configuration says: repeated where that is safe, limited in time, failures as typed errors. */
export class Requester {
  readonly #access: KubeAccess;
  readonly #transport: KubeTransport;
  readonly #closed = new AbortController();
  /** Ends of the calls under way. */
  readonly #ends = new Set<AbortController>();
  /** The time that pauses are measured by. */
  readonly clock: Clock;

  /** Makes requests through a transport. */
  constructor(access: KubeAccess, transport: KubeTransport, clock: Clock = systemClock) {
    this.#access = access;
    this.#transport = transport;
    this.clock = clock;
    takesManyListeners(this.closed);
  }

  /** Aborted when the client is closed. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  /** The object that is answered. */
  async json<T>(request: ApiRequest, options: KubeCallOptions): Promise<T> {
    return await this.#limited(request, options, DEFAULT_TIMEOUT_MS, (scope) => {
      return this.#repeated(request, scope, async () => {
        const response = await this.#send(request, scope.signal);
        return await this.#object(request, response) as T;
      });
    });
  }

  /** The answer as soon as it begins; the signal ends its body, too, and the limit of time does not. */
  async open(request: ApiRequest, options: KubeCallOptions, timeoutMs: number = DEFAULT_TIMEOUT_MS): Promise<Response> {
    return await this.#limited(request, options, timeoutMs, (scope) => {
      const signals = [scope.signal, this.closed, ...(options.signal ? [options.signal] : [])];
      return this.#repeated(request, scope, async () => {
        const linked = linkSignals(signals);
        try {
          return endingWith(await this.#send(request, linked.signal), linked);
        } catch (error) {
          linked.unlink();
          throw error;
        }
      });
    });
  }

  /** A WebSocket as soon as it is open; the signal ends it, too, and the limit of time does not. */
  async socket(request: KubeSocketRequest, options: KubeCallOptions): Promise<KubeSocket> {
    const { openKubeSocket } = await import("../sockets/open_kube_socket.ts");
    const path = withQuery(request.path, request.query);
    // What was refused with a 429 was not begun, and everything else may have been.
    const call = { ...request, method: "CONNECT", idempotent: false };
    return await this.#limited(call, options, DEFAULT_TIMEOUT_MS, (scope) => {
      const signals = [scope.signal, this.closed, ...(options.signal ? [options.signal] : [])];
      const place = { access: this.#access, given: this.#transport.given, userAgent: USER_AGENT };
      return this.#repeated(call, scope, async () => {
        const answer = await openKubeSocket(place, { ...request, path }, AbortSignal.any(signals));
        if (answer instanceof Response) throw await this.#failure(call, answer);
        return answer;
      });
    });
  }

  /** Ends everything under way. */
  async close(): Promise<void> {
    const reason = new SandboxError("Cannot use the KubeClient: it was closed", { code: "network" });
    closings.add(reason);
    this.#closed.abort(reason);
    for (const end of this.#ends) end.abort(reason);
    await this.#transport.close();
  }

  async #limited<T>(
    { what }: ApiRequest,
    options: KubeCallOptions,
    defaultMs: number,
    work: (scope: CallScope) => Promise<T>,
  ): Promise<T> {
    const timeoutMs = checkMilliseconds("timeoutMs", options.timeoutMs ?? defaultMs);
    // Each has a signal of its own: Node warns of a leak where many listen to one.
    const end = new AbortController();
    if (this.closed.aborted) end.abort(this.closed.reason);
    const signals = options.signal ? [options.signal, end.signal] : [end.signal];
    this.#ends.add(end);
    try {
      return await withLimits({ what, signals, timeoutMs }, work);
    } finally {
      this.#ends.delete(end);
    }
  }

  async #repeated<T>(request: ApiRequest, scope: CallScope, once: () => Promise<T>): Promise<T> {
    for (let attempt = 1;; attempt++) {
      try {
        return await once();
      } catch (error) {
        scope.signal.throwIfAborted();
        const pause = request.isStream ? undefined : pauseBefore(request, error, attempt, this.clock);
        // Waiting for the end of the time would only hide what is known already.
        if (pause === undefined || pause >= scope.remaining()) throw error;
        await this.clock.sleep(pause, scope.signal);
      }
    }
  }

  async #send(request: ApiRequest, signal: AbortSignal): Promise<Response> {
    const { method, path, query, body, contentType } = request;
    const headers: Record<string, string> = { accept: request.accept ?? "application/json", "user-agent": USER_AGENT };
    if (body !== undefined) headers["content-type"] = contentType ?? "application/json";
    if (request.isPlain || request.isStream) headers["accept-encoding"] = "identity";
    let response: Response;
    try {
      response = await this.#transport.fetch(withQuery(path, query), { method, headers, body, signal });
    } catch (error) {
      signal.throwIfAborted();
      throw this.#connectionFailure(request, "the connection failed", error);
    }
    if (response.ok) return response;
    throw await this.#failure(request, response);
  }

  async #failure(request: ApiRequest, response: Response): Promise<SandboxError> {
    const retryAfterSeconds = parseRetryAfter(response.headers.get("retry-after"));
    const error = answerError(request, {
      status: response.status,
      contentType: response.headers.get("content-type") ?? "",
      text: masked(await readErrorText(response), response),
      retryAfterSeconds,
    });
    setRetryAfter(error, retryAfterSeconds ?? (isSandboxError(error, "kube_status") ? secondsIn(error) : undefined));
    return error;
  }

  async #object(request: ApiRequest, response: Response): Promise<unknown> {
    let text: string;
    try {
      text = await response.text();
    } catch (error) {
      throw this.#connectionFailure(request, "the connection was lost in the middle of the answer", error);
    }
    try {
      const value: unknown = JSON.parse(text);
      if (typeof value !== "object" || value === null || Array.isArray(value)) throw new SyntaxError("no object");
      const status = failureStatus(value);
      if (status === undefined) return value;
      throw statusError(request, JSON.parse(masked(text, response)), response.status);
    } catch (error) {
      if (isSandboxError(error)) throw error;
      const contentType = response.headers.get("content-type") ?? "";
      if (isHtml({ contentType, text })) throw htmlError(request, response.status);
      throw new SandboxError(`Cannot ${request.what}: the answer is no object in JSON`, {
        code: "protocol",
        status: response.status,
        hint: "Another server or a proxy answered: check the server of the kubeconfig",
      });
    }
  }

  /** What a transport rejects with is typed already. The engine's words about a proxy may hold its password. */
  #connectionFailure({ what }: ApiRequest, detail: string, cause: unknown): SandboxError {
    if (isSandboxError(cause)) return cause;
    const hasSecret = this.#access.tls.proxyUrl?.includes("@") ?? false;
    return new SandboxError(`Cannot ${what}: ${detail}`, {
      code: "network",
      retryable: true,
      ...(!hasSecret && { cause }),
    });
  }
}

function secondsIn({ kubeStatus }: { kubeStatus: object }): number | undefined {
  return detailsOf(kubeStatus).retryAfterSeconds;
}
