import { type Fetch, SandboxError } from "../../../mod.ts";
import type { KubeAccess, KubeCredentials } from "../config/kube_access.ts";
import { sameCredentials } from "../config/same_credentials.ts";
import { chooseSender } from "./choose_sender.ts";
import { connectionError } from "./connection_error.ts";
import type { KubeFetchInit, KubeTransport } from "./kube_transport.ts";
import type { Sender } from "./sender.ts";

/** A sender, and what it was made for. */
interface Current {
  readonly cert: string | undefined;
  readonly key: string | undefined;
  readonly repeats: boolean;
  readonly sender: Promise<Sender>;
}

const sent = new WeakMap<object, KubeCredentials>();

/** What a request was authorized with, by its answer or its socket as it was handed out. */
export function sentCredentials(answer: object): KubeCredentials | undefined {
  return sent.get(answer);
}

/** Notes what a request was authorized with, by its answer or its socket. */
export function noteCredentials(answer: object, credentials: KubeCredentials): void {
  sent.set(answer, credentials);
}

/** Makes requests to one API server: by what the runtime has, or by the `fetch` that is given. */
export function kubeFetch(access: KubeAccess, given?: Fetch): KubeTransport {
  return new Transport(access, given);
}

class Transport implements KubeTransport {
  readonly #access: KubeAccess;
  readonly #given: Fetch | undefined;
  #current: Current | undefined;

  constructor(access: KubeAccess, given: Fetch | undefined) {
    this.#access = access;
    this.#given = given;
  }

  get given(): Fetch | undefined {
    return this.#given;
  }

  async fetch(path: string, init: KubeFetchInit = {}): Promise<Response> {
    const { signal } = init;
    signal?.throwIfAborted();
    const credentials = await this.#access.credentials({ signal });
    const response = await this.#send(path, init, credentials);
    if (response.status !== 401) return response;
    // A refusal proves that nothing was done, so whatever was asked can be asked again.
    const renewed = await this.#access.credentials({ refused: credentials, signal }).catch(async (error) => {
      await discard(response);
      throw error;
    });
    if (sameCredentials(renewed, credentials)) return response;
    await discard(response);
    return await this.#send(path, init, renewed);
  }

  async close(): Promise<void> {
    const current = this.#current;
    this.#current = undefined;
    await (await current?.sender.catch(() => undefined))?.close();
  }

  async #send(path: string, init: KubeFetchInit, credentials: KubeCredentials): Promise<Response> {
    const { server, tls } = this.#access;
    const { method = "GET", body, signal } = init;
    // Nothing is opened for who was closed meanwhile.
    signal?.throwIfAborted();
    let response: Response;
    try {
      const headers = [...this.#headers(init), ...credentials.headers];
      // Nothing comes between the two steps: a sender is retired only after what it was chosen for was sent.
      response = await this.#sender(credentials).then((sender) => {
        signal?.throwIfAborted();
        return sender.send(server + path, { method, headers, body, signal });
      });
    } catch (error) {
      signal?.throwIfAborted();
      throw error instanceof SandboxError ? error : connectionError(error, server, tls.proxyUrl);
    }
    if (!isRedirect(response)) {
      noteCredentials(response, credentials);
      return response;
    }
    await discard(response);
    throw new SandboxError(`Cannot reach the Kubernetes API at "${new URL(server).host}": redirected`, {
      code: "protocol",
      status: response.status || undefined,
      hint: "Redirects are not followed, as credentials go nowhere else: correct the server's URL",
    });
  }

  #headers({ headers = {} }: KubeFetchInit): (readonly [string, string])[] {
    const given = Object.entries(headers);
    const asIs = this.#access.compress || given.some(([name]) => name.toLowerCase() === "accept-encoding");
    return asIs ? given : [...given, ["Accept-Encoding", "identity"]];
  }

  /** One for all requests, until the client certificate is another: then new connections are made, with that. */
  #sender({ cert, key, headers }: KubeCredentials): Promise<Sender> {
    const repeats = hasRepeats(headers);
    const current = this.#current;
    if (current && current.cert === cert && current.key === key && current.repeats === repeats) {
      return current.sender;
    }
    const { tls, server } = this.#access;
    const secure = server.startsWith("https:");
    const sender = chooseSender({ tls, cert, key, repeats, server, secure }, this.#given);
    this.#current = { cert, key, repeats, sender };
    current?.sender.then((old) => old.retire(), () => {});
    return sender;
  }
}

function hasRepeats(headers: KubeCredentials["headers"]): boolean {
  return new Set(headers.map(([name]) => name.toLowerCase())).size < headers.length;
}

/** Browsers say no more than that it is one. */
function isRedirect({ type, status }: Response): boolean {
  return type === "opaqueredirect" || [301, 302, 303, 307, 308].includes(status);
}

async function discard(response: Response): Promise<void> {
  await response.body?.cancel().catch(() => {});
}
