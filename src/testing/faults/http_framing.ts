/**
 * Where the messages of an HTTP/1.1 connection begin and end, and what of them is content.
 *
 * Written here because a proxy that cuts at an exact byte has to know each byte's place in what it passes on. The
 * parsers on npm (`http-parser-js` and the like) stand in for Node's own: they hand out heads and content, and keep to
 * themselves where in the stream those lay.
 */

/** The first lines of a message. */
export interface Head {
  /** The first line: `GET / HTTP/1.1`, `HTTP/1.1 200 OK`. */
  readonly startLine: string;
  /** The value of a header, or undefined. */
  header(name: string): string | undefined;
}

/** Some bytes of a message, all of one kind. Put together again, the parts are the stream. */
export interface Part {
  /** `head`: all of it. `content`: what the receiver will read. `framing`: what stands around that. */
  readonly kind: "head" | "content" | "framing";
  readonly bytes: Uint8Array;
  /** What the head says. */
  readonly head?: Head;
  /** Whether the message ends with it. */
  readonly last: boolean;
}

/** How the length of a message's content is known; a number is that length. */
export type Framing = number | "chunked" | "until-close" | "interim";

/** Beyond so many bytes a head is none. */
const MAX_HEAD_BYTES = 1024 * 1024;
const CR = 13;
const LF = 10;

/** Splits one direction of a connection into the parts of its messages. */
export class MessageReader {
  readonly #framingOf: (head: Head) => Framing;
  #state: "head" | "content" | "size" | "data" | "data-end" | "trailer" | "open" = "head";
  /** What came of a head. */
  #head: Uint8Array = new Uint8Array(0);
  /** How much content comes before the next framing. */
  #left = 0;
  /** What came of a line of framing. */
  #line = "";

  /** Makes a reader that is told of each head how its content is framed. */
  constructor(framingOf: (head: Head) => Framing) {
    this.#framingOf = framingOf;
  }

  /** Whether the connection stands between two messages. */
  get isIdle(): boolean {
    return this.#state === "head" && this.#head.byteLength === 0;
  }

  /** No more messages come: everything from here on is content. */
  open(): void {
    this.#state = "open";
  }

  /** Takes what arrived. Throws an `Error` where it is not HTTP. */
  *push(chunk: Uint8Array): Generator<Part, void, undefined> {
    let rest = chunk;
    while (rest.byteLength > 0) {
      const part = this.#state === "head" ? this.#takeHead(rest) : this.#takeBody(rest);
      // A head that goes on in the next chunk.
      if (part === undefined) return;
      rest = rest.subarray(part.taken);
      yield part;
    }
  }

  #takeHead(chunk: Uint8Array): Taken | undefined {
    const before = this.#head.byteLength;
    const bytes = joined(this.#head, chunk);
    const end = endOfHead(bytes, before);
    if (end === undefined) {
      if (bytes.byteLength > MAX_HEAD_BYTES) throw new Error("the head of a message does not end");
      this.#head = bytes;
      return undefined;
    }
    this.#head = new Uint8Array(0);
    const head = parsed(bytes.subarray(0, end));
    const framing = this.#framingOf(head);
    this.#left = typeof framing === "number" ? framing : 0;
    this.#state = typeof framing === "number"
      ? framing === 0 ? "head" : "content"
      : ({ "chunked": "size", "until-close": "open", "interim": "head" } as const)[framing];
    return { kind: "head", bytes: bytes.subarray(0, end), head, last: framing === 0, taken: end - before };
  }

  #takeBody(chunk: Uint8Array): Taken {
    switch (this.#state) {
      case "open":
        return taken("content", chunk);
      case "content":
      case "data": {
        const bytes = chunk.subarray(0, this.#left);
        this.#left -= bytes.byteLength;
        const whole = this.#left === 0 && this.#state === "content";
        if (this.#left === 0) this.#state = whole ? "head" : "data-end";
        return taken("content", bytes, whole);
      }
      default:
        return this.#takeLine(chunk);
    }
  }

  /** A line of chunked framing, as far as it is there. */
  #takeLine(chunk: Uint8Array): Taken {
    const end = chunk.indexOf(LF) + 1;
    const bytes = end === 0 ? chunk : chunk.subarray(0, end);
    this.#line += String.fromCharCode(...bytes.subarray(0, 64));
    if (this.#line.length > MAX_HEAD_BYTES) throw new Error("a line of chunked framing does not end");
    return taken("framing", bytes, end !== 0 && this.#endLine());
  }

  /** Goes on behind a line of framing; true where it was the message's last. */
  #endLine(): boolean {
    const line = this.#line.trim();
    this.#line = "";
    if (this.#state === "size") {
      const size = /^[0-9a-f]{1,12}(?=$|[;\s])/i.exec(line)?.[0];
      if (size === undefined) throw new Error(`${JSON.stringify(line.slice(0, 40))} is not the size of a chunk`);
      this.#left = parseInt(size, 16);
      this.#state = this.#left === 0 ? "trailer" : "data";
    } else if (this.#state === "data-end") {
      this.#state = "size";
    } else if (line === "") {
      this.#state = "head";
      return true;
    }
    return false;
  }
}

interface Taken extends Part {
  /** How much of the chunk it took; a head may have begun in earlier ones. */
  readonly taken: number;
}

function taken(kind: Part["kind"], bytes: Uint8Array, last: boolean = false): Taken {
  return { kind, bytes, last, taken: bytes.byteLength };
}

/** How the content of a request is framed. */
export function requestFraming(head: Head): Framing {
  if (isChunked(head)) return "chunked";
  return contentLength(head) ?? 0;
}

/** How the content of an answer to a request with this method is framed. */
export function responseFraming(head: Head, method: string): Framing {
  const status = statusOf(head);
  if (status === 101) return "until-close";
  if (status < 200) return "interim";
  if (method === "HEAD" || status === 204 || status === 304) return 0;
  if (isChunked(head)) return "chunked";
  return contentLength(head) ?? "until-close";
}

/** The status of an answer. */
export function statusOf({ startLine }: Head): number {
  const status = /^HTTP\/1\.\d (\d{3})/.exec(startLine)?.[1];
  if (status === undefined) throw new Error(`${JSON.stringify(startLine.slice(0, 40))} is no HTTP/1 answer`);
  return Number(status);
}

function isChunked(head: Head): boolean {
  return /(^|,)\s*chunked\s*$/i.test(head.header("transfer-encoding") ?? "");
}

function contentLength(head: Head): number | undefined {
  const value = head.header("content-length")?.trim();
  if (value === undefined) return undefined;
  if (!/^\d{1,15}$/.test(value)) throw new Error(`${JSON.stringify(value.slice(0, 40))} is no Content-Length`);
  return Number(value);
}

/** The index behind the empty line that ends a head; the bytes before `searched` have none. */
function endOfHead(bytes: Uint8Array, searched: number): number | undefined {
  for (let at = bytes.indexOf(LF, Math.max(searched - 2, 0)); at !== -1; at = bytes.indexOf(LF, at + 1)) {
    const next = bytes[at + 1] === CR ? at + 2 : at + 1;
    if (bytes[next] === LF) return next + 1;
  }
  return undefined;
}

function parsed(bytes: Uint8Array): Head {
  const [startLine = "", ...lines] = new TextDecoder("latin1").decode(bytes).split(/\r?\n/);
  return {
    startLine,
    header(name) {
      const prefix = `${name.toLowerCase()}:`;
      return lines.find((line) => line.toLowerCase().startsWith(prefix))?.slice(prefix.length).trim();
    },
  };
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.byteLength === 0) return b;
  const both = new Uint8Array(a.byteLength + b.byteLength);
  both.set(a);
  both.set(b, a.byteLength);
  return both;
}
