import { Buffer } from "node:buffer";

/** A request as it goes out, byte by byte. */
export interface RawRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
}

/** A response as it came in, as far as it came. */
export interface RawResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Without the transfer encoding, still with the content encoding. */
  readonly body: Uint8Array;
}

/**
 * One request on a connection of its own. `fetch` would add headers, hide
 * compression and follow rules that the recorded client did not know.
 */
export class Exchange {
  readonly #connection: Deno.Conn;
  readonly #done: Promise<void>;
  #received: Buffer = Buffer.alloc(0);
  #over = false;
  #wake: () => void = () => {};

  static async open(port: number, request: RawRequest): Promise<Exchange> {
    return new Exchange(await Deno.connect({ hostname: "127.0.0.1", port }), request);
  }

  private constructor(connection: Deno.Conn, request: RawRequest) {
    this.#connection = connection;
    this.#done = Promise.all([this.#write(request), this.#read()]).then(() => {});
  }

  /** The whole response. */
  async response(): Promise<RawResponse> {
    await this.#done;
    const response = this.soFar();
    if (!response) throw new Error("the connection was closed without a response");
    return response;
  }

  /** What came of the response until now. */
  soFar(): RawResponse | undefined {
    return parseResponse(this.#received);
  }

  /** Waits until what came satisfies a condition, or nothing more can come. */
  async until(condition: (response: RawResponse) => boolean): Promise<void> {
    while (!this.#over) {
      const response = this.soFar();
      if (response && condition(response)) return;
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  /** Closes the connection, as a client does that has seen enough. */
  async abort(): Promise<void> {
    if (!this.#over) this.#connection.close();
    await this.#done;
  }

  async #write({ method, path, headers, body }: RawRequest): Promise<void> {
    const head = [`${method} ${path} HTTP/1.1`, "Host: localhost", "Connection: close"];
    if (body || method === "POST") head.push(`Content-Length: ${body?.byteLength ?? 0}`);
    for (const [name, value] of Object.entries(headers)) head.push(`${name}: ${value}`);
    const bytes = Buffer.concat([Buffer.from(head.join("\r\n") + "\r\n\r\n", "latin1"), body ?? new Uint8Array()]);
    try {
      for (let sent = 0; sent < bytes.byteLength;) {
        sent += await this.#connection.write(bytes.subarray(sent));
      }
    } catch { /* a server may answer and close before it has read all */ }
  }

  async #read(): Promise<void> {
    const chunk = new Uint8Array(64 * 1024);
    try {
      for (let length; (length = await this.#connection.read(chunk)) !== null;) {
        this.#received = Buffer.concat([this.#received, chunk.subarray(0, length)]);
        this.#wake();
      }
      this.#connection.close();
    } catch { /* closed by us, or reset: what came counts */ }
    this.#over = true;
    this.#wake();
  }
}

function parseResponse(received: Buffer): RawResponse | undefined {
  const end = received.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const [statusLine = "", ...lines] = received.subarray(0, end).toString("latin1").split("\r\n");
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const [, name = "", value = ""] = /^([^:]*):\s*(.*)$/.exec(line) ?? [];
    const key = name.toLowerCase();
    headers[key] = key in headers ? `${headers[key]}, ${value}` : value;
  }
  const rest = received.subarray(end + 4);
  return {
    status: Number(statusLine.split(" ")[1]),
    headers,
    body: headers["transfer-encoding"] === "chunked" ? unchunk(rest) : rest,
  };
}

/** The chunks that are there whole. */
function unchunk(bytes: Buffer): Uint8Array {
  const chunks: Uint8Array[] = [];
  for (let position = 0;;) {
    const lineEnd = bytes.indexOf("\r\n", position);
    const size = lineEnd < 0 ? 0 : parseInt(bytes.toString("latin1", position, lineEnd), 16);
    const start = lineEnd + 2;
    if (!size || start + size > bytes.byteLength) return Buffer.concat(chunks);
    chunks.push(bytes.subarray(start, start + size));
    position = start + size + 2;
  }
}
