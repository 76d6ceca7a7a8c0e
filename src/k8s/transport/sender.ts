import { UnsupportedError } from "../../../mod.ts";
import type { KubeTls } from "../config/kube_access.ts";

/** A request as an engine is given it. */
export interface SentRequest {
  readonly method: string;
  /** A name may occur several times, and is then sent on as many lines. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What makes requests with the TLS settings that it was made for. */
export interface Sender {
  /** Makes a request; a redirect is handed out as an answer. Rejects with the engine's own error. */
  send(url: string, request: SentRequest): Promise<Response>;
  /** Lets the connections end when their answers have. */
  retire(): void;
  /** Ends all connections. */
  close(): Promise<void>;
}

/** What a sender is made for. */
export interface SenderOptions {
  readonly tls: KubeTls;
  /** The client certificate in PEM. */
  readonly cert?: string | undefined;
  /** Its key in PEM. */
  readonly key?: string | undefined;
  /** Whether a name of the headers occurs several times, which most engines' `fetch` would send as one. */
  readonly repeats: boolean;
  /** The server's URL. */
  readonly server: string;
  /** Whether that is an `https:` one. */
  readonly secure: boolean;
}

/** Whether a server is named by its address, for which TLS has no place: it can only be checked. */
export function isAddress(name: string): boolean {
  return /^\d+(\.\d+){3}$|:/.test(name);
}

/** The error for something that the runtime's connections cannot do. */
export function cannot(what: string, runtime: string, hint: string): UnsupportedError {
  return new UnsupportedError(`Cannot connect to the Kubernetes API: ${runtime} cannot ${what}`, {
    code: "unsupported",
    hint,
  });
}

/** What every `fetch` is told. A redirect is never followed: credentials go nowhere else. */
export function fetchInit({ method, headers, body, signal }: SentRequest): RequestInit {
  return {
    method,
    headers: headers as [string, string][],
    redirect: "manual",
    ...(body !== undefined && { body }),
    ...(signal && { signal }),
  };
}
