/** A client as one writes it in an hour: a `fetch`, a loop over what comes, and an abort to stop. */

import type { LocalRuntime } from "../../src/local/mod.ts";

/** An event in the JSON form of the protocol. */
export interface NaiveEvent {
  readonly start?: { readonly pid: number };
  readonly data?: { readonly stdout?: string };
  readonly keepalive?: object;
  readonly end?: { readonly status: string };
}

/** One stream of events. */
export interface NaiveStream {
  /** The next event; undefined at the end. Rejects when the connection is lost. */
  next(): Promise<NaiveEvent | undefined>;
  /** The next event of a kind. */
  find(kind: keyof NaiveEvent): Promise<NaiveEvent>;
  /** Cuts the connection. */
  abort(): void;
}

/** How a stream is opened. */
export interface NaiveOptions {
  readonly headers?: Record<string, string>;
  /** The runtime's own, without a socket and its buffers, or the global one. */
  readonly fetch?: typeof fetch;
}

/** Sends a request and gives its stream as soon as its headers are there. */
export async function open(
  runtime: LocalRuntime,
  method: "Start" | "Connect",
  message: object,
  { headers = {}, fetch = globalThis.fetch }: NaiveOptions = {},
): Promise<NaiveStream> {
  const aborter = new AbortController();
  const response = await fetch(`${runtime.url}/process.Process/${method}`, {
    method: "POST",
    headers: {
      "content-type": "application/connect+json",
      "authorization": `Basic ${btoa("root:")}`,
      "x-access-token": runtime.token,
      ...headers,
    },
    body: frame(new TextEncoder().encode(JSON.stringify(message))),
    signal: aborter.signal,
  });
  const reader = response.body!.getReader();
  const events = eventsOf(reader);
  const next = async () => (await events.next()).value;
  return {
    next,
    async find(kind) {
      for (let event = await next(); event !== undefined; event = await next()) if (kind in event) return event;
      throw new Error(`The stream ended before an event ${kind}`);
    },
    abort() {
      aborter.abort();
      // On Deno an abort alone may leave the connection open, while it holds more than was read.
      reader.cancel().catch(() => {});
    },
  };
}

/** Starts a shell script. */
export function start(runtime: LocalRuntime, script: string, options?: NaiveOptions): Promise<NaiveStream> {
  return open(runtime, "Start", { process: { cmd: "/bin/sh", args: ["-c", script] } }, options);
}

/** Follows a process. */
export function connect(runtime: LocalRuntime, pid: number, options?: NaiveOptions): Promise<NaiveStream> {
  return open(runtime, "Connect", { process: { pid } }, options);
}

function frame(message: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(5 + message.byteLength);
  new DataView(bytes.buffer).setUint32(1, message.byteLength);
  bytes.set(message, 5);
  return bytes;
}

async function* eventsOf(
  reader: ReadableStreamDefaultReader<Uint8Array>,
): AsyncGenerator<NaiveEvent, undefined> {
  let buffer = new Uint8Array();
  while (true) {
    while (buffer.byteLength >= 5) {
      const length = new DataView(buffer.buffer, buffer.byteOffset).getUint32(1);
      if (buffer.byteLength < 5 + length) break;
      const message = JSON.parse(new TextDecoder().decode(buffer.subarray(5, 5 + length)));
      if (message.event === undefined) return undefined;
      yield message.event;
      buffer = buffer.subarray(5 + length);
    }
    const { done, value } = await reader.read();
    if (done) throw new Error("The stream was cut");
    const joined = new Uint8Array(buffer.byteLength + value.byteLength);
    joined.set(buffer);
    joined.set(value, buffer.byteLength);
    buffer = joined;
  }
}
