import type { Status } from "../../errors/kube_status_error.ts";
import { SandboxError } from "../../errors/sandbox_error.ts";
import type { Bytes } from "../../streams/bytes.ts";
import { type ChunkReader, pieceReader } from "../../streams/chunk_reader.ts";
import { detailsOf, failureStatus } from "../errors/status.ts";
import { type AnswerContext, htmlError, isHtml, statusError } from "../errors/status_error.ts";
import type { KubeObject } from "../types.ts";
import { LineBuffer } from "./line_buffer.ts";
import { plainReader } from "./plain_reader.ts";
import { setRetryAfter } from "./repeats.ts";

/** The API server takes requests of 3 MiB, and etcd objects of 1.5. */
export const LINE_LIMIT: number = 8 * 2 ** 20;

/**
 * A server sends a bookmark about every minute. One that is silent for longer may be gone, so the watch is started
 * again; it is no failure, because none promises bookmarks.
 */
export const SILENCE_MS = 120_000;

const told = new WeakSet<object>();

/** Whether an error is a failure of the server that a watch was told of, which the next one would be told, too. */
export function isToldFailure(error: object): boolean {
  return told.has(error);
}

/** An event as it came. */
export interface WatchEvent<T> {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK";
  readonly object: T;
}

/** Reads the events of one answer. */
export class WatchStream<T extends KubeObject> {
  readonly #context: AnswerContext;
  readonly #reader: ChunkReader | undefined;
  readonly #buffer = new LineBuffer(LINE_LIMIT);
  #lines: string[] = [];
  #next = 0;

  /** Reads an answer of the status 200. */
  constructor(context: AnswerContext, response: Response) {
    this.#context = context;
    this.#reader = response.body === null ? undefined : plainReader(pieceReader(response.body));
    const contentType = response.headers.get("content-type") ?? "";
    if (!isHtml({ contentType, text: "" })) return;
    this.close();
    throw htmlError(context, response.status);
  }

  /**
   * The next event. Undefined at the end of the stream, whether it was in order or a lost connection, and after a long
   * silence: in either case what follows is asked for anew. A failure that the server tells is thrown.
   */
  async next(): Promise<WatchEvent<T> | undefined> {
    while (this.#next >= this.#lines.length) {
      const chunk = await this.#read();
      if (chunk === undefined) return undefined; // What is left has no end: it was cut off, and comes again.
      const lines = this.#buffer.push(chunk);
      if (lines === undefined) throw this.#protocolError(`an event is longer than ${LINE_LIMIT} bytes`);
      this.#lines = lines;
      this.#next = 0;
    }
    const line = this.#lines[this.#next]!;
    this.#lines[this.#next++] = "";
    return this.#event(line);
  }

  /** No more is wanted. */
  close(): void {
    this.#reader?.cancel().catch(() => {});
  }

  async #read(): Promise<Bytes | undefined> {
    if (this.#reader === undefined) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const silence = new Promise<undefined>((resolve) => timer = setTimeout(resolve, SILENCE_MS, undefined));
    const reading = this.#reader.read().then(({ done, value }) => done ? undefined : value, () => undefined);
    try {
      return await Promise.race([reading, silence]);
    } finally {
      clearTimeout(timer);
    }
  }

  #event(line: string): WatchEvent<T> {
    let event: { type?: unknown; object?: unknown } | null;
    try {
      event = JSON.parse(line);
    } catch {
      throw this.#protocolError("an event is no JSON");
    }
    const { type, object } = event ?? {};
    const status = failureStatus(object);
    if (type === "ERROR" || status !== undefined) throw this.#failure(status ?? {});
    if (type !== "ADDED" && type !== "MODIFIED" && type !== "DELETED" && type !== "BOOKMARK") {
      throw this.#protocolError(`an event has the unknown type ${JSON.stringify(type)?.slice(0, 100)}`);
    }
    const { metadata } = (object ?? {}) as Partial<T>;
    if (typeof metadata?.resourceVersion !== "string") throw this.#protocolError("an event has no resourceVersion");
    return { type, object: object as T };
  }

  #failure(status: Status): SandboxError {
    const error = statusError(this.#context, status, 500);
    setRetryAfter(error, detailsOf(status).retryAfterSeconds);
    if (error.status === 500) told.add(error);
    return error;
  }

  #protocolError(detail: string): SandboxError {
    return new SandboxError(`Cannot ${this.#context.what}: ${detail}`, {
      code: "protocol",
      hint: "Another server or a proxy may have answered: check the server of the kubeconfig",
    });
  }
}
