import type { Fetch } from "../../../mod.ts";
import type { Exchange, Moment, RecordedBody, RecordedError, RecordedResponse } from "./cassette.ts";
import { RequestBody } from "./cassette_body.ts";
import { type ByteString, byteString, toData } from "./cassette_data.ts";
import { errorToJson } from "./cassette_errors.ts";
import { joined, outputs, withPieces } from "./cassette_frames.ts";
import type { Names } from "./cassette_names.ts";
import type { Asked } from "./cassette_request.ts";
import type { Secrets } from "./cassette_secrets.ts";
import { observed } from "./record_stream.ts";

/** An answer so far, its secrets still in it. */
interface Answer {
  readonly at: Moment;
  readonly response: Response;
  readonly chunks: (Moment & { readonly data: ByteString })[] | undefined;
  end?: Moment & { readonly error?: unknown; readonly left?: true };
}

/** An exchange that is being recorded. */
export class Draft {
  /** Resolves when nothing more comes. */
  readonly settled: Promise<unknown>;
  readonly #asked: Asked;
  readonly #secrets: Secrets;
  readonly #names: Names;
  readonly #sentSince: () => number;
  readonly #body: RequestBody;
  readonly #bodyRead: Promise<void> | undefined;
  #bodyEnded = false;
  #started = performance.now();
  #answer: Answer | undefined;
  #error: { readonly at: Moment; readonly error: unknown } | undefined;
  #left: Moment | undefined;
  #settle: () => void = () => {};

  /** Begins with the request; `sentSince` counts those that were sent after it. */
  constructor(asked: Asked, secrets: Secrets, names: Names, sentSince: () => number) {
    this.#asked = asked;
    this.#secrets = secrets;
    this.#names = names;
    this.#sentSince = sentSince;
    this.#body = new RequestBody(secrets, names.forType(asked.contentType), asked.contentType);
    this.#bodyRead = this.#readBody();
    const answered = new Promise<void>((resolve) => this.#settle = resolve);
    this.settled = Promise.all([answered, this.#bodyRead]);
  }

  /** Sends the request, and lets the caller have the answer as it comes. */
  async send(fetch: Fetch, input: string | URL | Request, init: RequestInit | undefined): Promise<Response> {
    try {
      const response = await fetch(...this.#watched(input, init));
      return this.#watch(response);
    } catch (error) {
      const at = this.#now(this.#started);
      if (this.#asked.signal?.aborted) this.#left = at;
      else this.#error = { at, error };
      this.#settle();
      throw error;
    }
  }

  /** Learns the secrets that the bodies and the answer's headers name: all of them, before anything is masked. */
  learn(): void {
    const body = this.#body.end();
    if (typeof body === "string") this.#secrets.learn(body, this.#asked.contentType);
    if (this.#answer === undefined) return;
    const { response, chunks = [] } = this.#answer;
    this.#secrets.learnAnswer(response.headers);
    this.#secrets.learn(chunks.map(({ data }) => data).join(""), contentTypeOf(response));
  }

  /** The exchange as far as it came, without secrets. */
  toExchange(): Exchange {
    const { head, body, contentType } = this.#asked;
    const request = {
      ...head,
      path: this.#secrets.line(head.path),
      headers: Object.fromEntries(
        Object.entries(head.headers).map(([name, value]) => [name, this.#secrets.line(value)]),
      ),
      ...(body !== undefined && { body: this.#recordedBody(contentType) }),
    };
    if (this.#error !== undefined) {
      return { request, error: { ...this.#error.at, ...this.#errorToJson(this.#error.error) } };
    }
    if (this.#answer !== undefined) return { request, response: this.#recordedAnswer(this.#answer) };
    return { request, left: this.#left ?? this.#now(this.#started) };
  }

  /** Reads a body that the caller does not have to wait for; one that is a stream is read by `fetch`. */
  #readBody(): Promise<void> | undefined {
    const { body } = this.#asked;
    if (body instanceof ReadableStream) return undefined;
    if (!(body instanceof Promise)) {
      this.#body.push(body ?? "");
      this.#bodyEnded = true;
      return undefined;
    }
    return body.then((bytes) => {
      this.#body.push(bytes);
      this.#bodyEnded = true;
    }, () => {});
  }

  /** The arguments of `fetch` with a body that is seen going by. */
  #watched(input: string | URL | Request, init: RequestInit | undefined): Parameters<Fetch> {
    const { body } = this.#asked;
    if (!(body instanceof ReadableStream)) return [input, init];
    const stream = observed(body, {
      chunk: (bytes) => this.#body.push(byteString(bytes)),
      end: () => this.#bodyEnded = true,
    });
    const streamed: RequestInit & { duplex: "half" } = { ...init, body: stream, duplex: "half" };
    return [input, streamed];
  }

  #watch(response: Response): Response {
    const { body } = response;
    const chunks: Answer["chunks"] = body === null ? undefined : [];
    const answer: Answer = { at: this.#now(this.#started), response, chunks };
    this.#answer = answer;
    if (body === null) {
      this.#settle();
      return response;
    }
    const started = performance.now();
    const end = (how: { readonly error?: unknown; readonly left?: true }) => {
      answer.end ??= { ...this.#now(started), ...how };
      this.#settle();
    };
    const stream = observed(body, {
      chunk: (bytes) => chunks!.push({ ...this.#now(started), data: byteString(bytes) }),
      end: () => end({}),
      failed: (error) => end(this.#asked.signal?.aborted ? { left: true } : { error }),
      left: () => end({ left: true }),
    });
    return withBody(response, stream);
  }

  #recordedBody(contentType: string): RecordedBody {
    if (!this.#bodyEnded) return { cut: true };
    const body = this.#body.end();
    return typeof body === "string" ? toData(this.#masked(body, contentType)) : body;
  }

  #recordedAnswer({ at, response, chunks, end }: Answer): RecordedResponse {
    const { status, statusText, type } = response;
    return {
      ...at,
      status,
      ...(statusText !== "" && { statusText: this.#secrets.line(statusText) }),
      ...(type !== "default" && type !== "basic" && { type }),
      headers: Object.fromEntries(this.#secrets.answerHeaders(response.headers)),
      ...(chunks !== undefined && {
        body: this.#maskedChunks(chunks, contentTypeOf(response)),
        end: this.#recordedEnd(end ?? { ...this.#now(this.#started + at.ms), left: true }),
      }),
    };
  }

  #recordedEnd({ error, ...end }: NonNullable<Answer["end"]>): NonNullable<RecordedResponse["end"]> {
    return { ...end, ...(error !== undefined && { error: this.#errorToJson(error) }) };
  }

  /** Masks over the borders of chunks, and cuts again where they were. */
  #maskedChunks(chunks: NonNullable<Answer["chunks"]>, contentType: string): NonNullable<RecordedResponse["body"]> {
    const whole = this.#masked(chunks.map(({ data }) => data).join(""), contentType);
    let at = 0;
    return chunks.map(({ data, ...when }) => ({ ...when, data: toData(whole.slice(at, at += data.length)) }));
  }

  #masked(body: ByteString, contentType: string): ByteString {
    let masked = this.#secrets.body(body, contentType);
    if (!contentType.startsWith("application/connect+")) return masked;
    for (const pieces of outputs(masked)) {
      masked = withPieces(masked, pieces, this.#secrets.body(joined(masked, pieces)));
    }
    return masked;
  }

  #now(since: number): Moment {
    const sent = this.#sentSince();
    return { ms: Math.round(performance.now() - since), ...(sent > 0 && { sent }) };
  }

  /** Without the host, which is another one in each place. */
  #errorToJson(error: unknown): RecordedError {
    const { host, hostname } = this.#asked.url;
    // With its port, or as a resolver names it; not where it is a part of another word.
    const alone = new RegExp(`(?<![\\w.-])${hostname.replace(/\W/g, "\\$&")}(?![\\w-])`, "g");
    return errorToJson(
      error,
      (text) => this.#secrets.line(text.replaceAll(host, "sandbox").replace(alone, "sandbox")),
    );
  }
}

/** The same answer with another body. */
function withBody(response: Response, body: ReadableStream<Uint8Array>): Response {
  const { status, statusText, headers, url, redirected, type } = response;
  const copy = new Response(body as ReadableStream<Uint8Array<ArrayBuffer>>, { status, statusText, headers });
  for (const [name, value] of Object.entries({ url, redirected, type })) {
    Object.defineProperty(copy, name, { value, configurable: true });
  }
  return copy;
}

function contentTypeOf({ headers }: Response): string {
  return headers.get("content-type") ?? "";
}
