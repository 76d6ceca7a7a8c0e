import type { Fetch } from "../../../mod.ts";

/** One request to the API server. */
export interface KubeFetchInit {
  /**
   * The HTTP method.
   *
   * @default {"GET"}
   */
  readonly method?: string | undefined;
  /** Headers besides the credentials. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The body; no stream, because a request may be repeated with other credentials. */
  readonly body?: string | undefined;
  /** Ends the request and its answer; rejects with its own reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Requests to one API server, with its TLS settings and credentials. */
export interface KubeTransport {
  /** The `fetch` that it was made with, if any: WebSockets are then opened by it, too. */
  readonly given?: Fetch | undefined;
  /**
   * Makes a request to a path of the server (with its query, beginning with a slash). Answers of every status are
   * handed out, but a redirect, which is refused; a 401 renews the credentials and is asked again, once.
   */
  fetch(path: string, init?: KubeFetchInit): Promise<Response>;
  /** Closes the connections. */
  close(): Promise<void>;
}
