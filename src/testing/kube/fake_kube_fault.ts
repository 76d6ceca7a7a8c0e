import type { JsonObject } from "./json.ts";

/** What a {@linkcode FakeKube} does wrong with a request. */
export interface FakeKubeFault {
  /**
   * With which requests.
   *
   * @default {any}
   */
  when?: ((request: FakeKubeRequest) => boolean) | undefined;
  /**
   * How often.
   *
   * @default {1}
   */
  times?: number | undefined;
  /**
   * Answers with this HTTP status instead of doing what was asked.
   *
   * @default {does what was asked}
   */
  status?: number | undefined;
  /**
   * What that answer says: an object, as JSON, or a text as it is.
   *
   * @default {what the API server says with that status; 429 as its flow control says it, in plain text}
   */
  body?: string | object | undefined;
  /**
   * `Retry-After` of that answer, in seconds.
   *
   * @default {1 for 429, none for others}
   */
  retryAfter?: number | undefined;
  /**
   * Waits before the answer, in milliseconds.
   *
   * @default {0}
   */
  delayMs?: number | undefined;
  /**
   * Breaks the connection after so many bytes of the body, or before the head of the answer where it is 0. What was
   * asked is done. On a WebSocket, the bytes are those of its frames, and the connection ends without a close frame.
   *
   * @default {never}
   */
  cutAfterBytes?: number | undefined;
  /**
   * Sends no more after so many bytes of the body, or of a WebSocket's frames, and on a WebSocket reads no more, but
   * leaves the connection open.
   *
   * @default {never}
   */
  stallAfterBytes?: number | undefined;
  /**
   * Ends the WebSocket of a command in good order, but without the status that says how the command did.
   *
   * @default {false}
   */
  losesStatus?: boolean | undefined;
  /**
   * Breaks what is between a command and its kubelet after so many bytes of output, before it starts where it is 0. As
   * the API server does, it says `Success` then in `v5.channel.k8s.io`, and nothing in older sub-protocols.
   *
   * @default {never}
   */
  loseRuntimeAfterBytes?: number | undefined;
  /**
   * Answers a get or a list as it would have been so many changes ago, as an API server does that lags behind.
   *
   * @default {0}
   */
  stale?: number | undefined;
}

/** A request that a {@linkcode FakeKube} got. */
export interface FakeKubeRequest {
  /** The HTTP method. */
  readonly method: string;
  /** The path, without its query. */
  readonly path: string;
  /** The query's parameters. */
  readonly query: Readonly<Record<string, string>>;
  /** What is done, as rights name it: `get`, `list`, `watch`, …; absent: the path is of no resource. */
  readonly verb?: string;
  /** Who asks; absent: nobody that is known. */
  readonly user?: string;
  /** The status of the answer; absent: it is on its way. */
  readonly status?: number;
}

const SAID: Readonly<Record<number, readonly [reason: string, message: string]>> = {
  400: ["BadRequest", "the server rejected our request for an unknown reason"],
  401: ["Unauthorized", "Unauthorized"],
  403: ["Forbidden", "forbidden"],
  404: ["NotFound", "the server could not find the requested resource"],
  409: ["Conflict", "the server reported a conflict"],
  410: ["Expired", "The resourceVersion for the provided list is too old."],
  500: ["InternalError", "Internal error occurred"],
  503: ["ServiceUnavailable", "the server is currently unable to handle the request"],
  504: ["Timeout", "request did not complete within the allotted timeout"],
};

/** What the API server says with a status. */
export function usualBody(status: number): string | JsonObject {
  if (status === 429) return "Too many requests, please try again later.\n";
  const [reason, message] = SAID[status] ?? ["", `the server answers with ${status}`];
  const said = reason === "" ? {} : { reason };
  return { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message, ...said, code: status };
}
