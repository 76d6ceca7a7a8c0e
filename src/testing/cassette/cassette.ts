/**
 * Requests and their answers, as `record` takes them down and `replay` gives them back. It is plain JSON, to be kept in
 * a file beside the test: `JSON.stringify(cassette, null, 2)`. The order of its members is stable.
 */
export interface Cassette {
  /** The version of the format. */
  readonly version: 1;
  /** The exchanges, in the order in which the requests were sent. */
  readonly exchanges: readonly unknown[];
}

/** What `record` and `replay` are told alike. */
export interface CassetteOptions {
  /**
   * More secrets: texts, and patterns of them. Each occurrence in a request or an answer is masked with as many
   * asterisks as it has bytes, so that lengths and frames stay right. Patterns see bytes outside of ASCII as one
   * character each.
   */
  secrets?: readonly (string | RegExp)[] | undefined;
  /**
   * Patterns of names that differ from run to run, such as a time in a file's name. UUIDs are known as such. Where a
   * request asks for another name of the same length, the answer has that name in place of the recorded one.
   */
  names?: readonly RegExp[] | undefined;
}

/** Bytes, readable where they are text. Several parts stand for one row of bytes. */
export type Data = DataPart | readonly DataPart[];
/** Text, or what is none. */
export type DataPart = string | { readonly base64: string };

/** One request and what became of it: an answer, an error, or neither, when the caller went away. */
export interface Exchange {
  readonly request: RecordedRequest;
  readonly response?: RecordedResponse;
  readonly error?: Moment & RecordedError;
  readonly left?: Moment;
}

/** A request without its host, which differs from place to place. */
export interface RecordedRequest {
  readonly method: string;
  /** Path and query, behind what routes to a sandbox. */
  readonly path: string;
  /** The sandbox, where the request names one. */
  readonly sandbox?: string;
  /** The port in the sandbox, where it is not the daemon's. */
  readonly port?: number;
  /** The account that a Basic header without a password selects. */
  readonly account?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: RecordedBody;
}

/** A body, or what is known of one that is large, or that was not sent to its end. */
export type RecordedBody = Data | BodyDigest | { readonly cut: true };

/** What tells a large body from another one. */
export interface BodyDigest {
  readonly bytes: number;
  readonly digest: string;
}

/** When something came. */
export interface Moment {
  /** Milliseconds: of an answer since its request, of a part of its body since the answer. */
  readonly ms: number;
  /** How many more requests had been sent by then; absent: none. */
  readonly sent?: number;
}

/** An answer. */
export interface RecordedResponse extends Moment {
  readonly status: number;
  readonly statusText?: string;
  /** What `Response.type` is, where it is not `default`. */
  readonly type?: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The body as it came; absent: there is none. */
  readonly body?: readonly (Moment & { readonly data: Data })[];
  /** How the body ended: whole, broken by an error, or left by its reader. */
  readonly end?: Moment & { readonly error?: RecordedError; readonly left?: true };
}

/** An error as far as it tells its kind. */
export interface RecordedError {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly cause?: RecordedError;
  readonly errors?: readonly RecordedError[];
}
