/**
 * The yardstick: each job as an engineer would write it by hand with `fetch`, for this one server, with nothing checked that a library
 * has to check. Frames are taken apart in place, so that it is hard to beat. Each call has a signal and a timer, as any real caller's.
 */

import type { Bytes, Caller, Connect } from "../caller.ts";

/** How messages are written and read. */
export interface Codec {
  /** The end of the content types: "proto" or "json". */
  readonly name: string;
  startRequest(command: string, args: readonly string[]): Bytes;
  pathRequest(path: string): Bytes;
  listRequest(path: string): Bytes;
  /** What an event carries of stdout; empty where it is another one. */
  stdout(event: Bytes): Bytes;
  sizeOf(answer: Bytes): number;
  entries(answer: Bytes): readonly { readonly path: string }[];
}

const headers = { "authorization": "Basic cm9vdDo=", "x-access-token": "bench", "accept-encoding": "identity" };

/** A signal that ends a call after a minute, unless the timer is cleared before. */
function limit(): { readonly signal: AbortSignal; clear(): void } {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new DOMException("Too late", "TimeoutError")), 60_000);
  return { signal: controller.signal, clear: () => clearTimeout(timer) };
}

async function checked(request: Promise<Response>): Promise<Response> {
  const response = await request;
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  return response;
}

/** Five bytes that say how a message is packed and how long it is, and the message. */
function envelope(message: Bytes): Bytes {
  const frame = new Uint8Array(5 + message.length);
  new DataView(frame.buffer).setUint32(1, message.length);
  frame.set(message, 5);
  return frame;
}

/** Takes the frames of a body apart, up to the one that ends it. */
async function frames(body: ReadableStream<Bytes>, began: () => void, take: (message: Bytes) => void): Promise<void> {
  const header = new Uint8Array(5);
  let headerLength = 0;
  let frame: Bytes | undefined; // one that began in an earlier chunk
  let frameLength = 0;
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) throw new Error("The stream ended early");
    began();
    let chunk = value;
    while (chunk.length > 0) {
      if (frame === undefined) {
        const part = chunk.subarray(0, 5 - headerLength);
        header.set(part, headerLength);
        headerLength += part.length;
        chunk = chunk.subarray(part.length);
        if (headerLength < 5) break;
        const length = (header[1]! << 24 | header[2]! << 16 | header[3]! << 8 | header[4]!) >>> 0;
        if (header[0] === 2) return;
        headerLength = 0;
        if (chunk.length >= length) {
          take(chunk.subarray(0, length));
          chunk = chunk.subarray(length);
          continue;
        }
        frame = new Uint8Array(length);
        frameLength = 0;
      }
      const part = chunk.subarray(0, frame.length - frameLength);
      frame.set(part, frameLength);
      frameLength += part.length;
      chunk = chunk.subarray(part.length);
      if (frameLength < frame.length) break;
      take(frame);
      frame = undefined;
    }
  }
}

const encoder = new TextEncoder();

/** What stands around a file that is the only part of a form. */
function form(): { readonly type: string; readonly head: Bytes; readonly tail: Bytes } {
  const boundary = crypto.randomUUID();
  const disposition = 'content-disposition: form-data; name="file"; filename="file"';
  return {
    type: `multipart/form-data; boundary=${boundary}`,
    head: encoder.encode(`--${boundary}\r\n${disposition}\r\ncontent-type: application/octet-stream\r\n\r\n`),
    tail: encoder.encode(`\r\n--${boundary}--\r\n`),
  };
}

/** A stream with something before and something behind it. */
function between(head: Bytes, content: ReadableStream<Bytes>, tail: Bytes): ReadableStream<Bytes> {
  const reader = content.getReader();
  return new ReadableStream({
    start: (controller) => controller.enqueue(head),
    async pull(controller) {
      const { done, value } = await reader.read();
      if (!done) return controller.enqueue(value);
      controller.enqueue(tail);
      controller.close();
    },
  });
}

/** The loops with one codec. */
export function byHand(codec: Codec): Connect {
  return (url, version): Caller => {
    const contentUrl = (path: string) => `${url}/files?path=${encodeURIComponent(path)}&username=root`;

    async function unary(method: string, body: Bytes): Promise<Bytes> {
      const { signal, clear } = limit();
      try {
        const type = { "content-type": `application/${codec.name}`, "connect-protocol-version": "1" };
        const init = { method: "POST", headers: { ...headers, ...type }, body, signal };
        const response = await checked(fetch(`${url}/filesystem.Filesystem/${method}`, init));
        return new Uint8Array(await response.arrayBuffer());
      } finally {
        clear();
      }
    }

    async function start(line: string, take: (bytes: Bytes) => void, began: () => void = () => {}): Promise<void> {
      const { signal, clear } = limit();
      try {
        const type = { "content-type": `application/connect+${codec.name}`, "connect-protocol-version": "1" };
        const body = envelope(codec.startRequest("/bin/bash", ["-l", "-c", line]));
        const init = { method: "POST", headers: { ...headers, ...type }, body, signal };
        const response = await checked(fetch(`${url}/process.Process/Start`, init));
        // The limit is for the first event; a stream may last.
        const first = () => {
          clear();
          began();
        };
        await frames(response.body!, first, (event) => {
          const bytes = codec.stdout(event);
          if (bytes.length > 0) take(bytes);
        });
      } finally {
        clear();
      }
    }

    async function follow(line: string, onStdout: (text: string) => void): Promise<void> {
      const decoder = new TextDecoder();
      await start(line, (bytes) => onStdout(decoder.decode(bytes, { stream: true })));
    }

    return {
      follow,
      followBytes: start,
      async getInfo(path) {
        return codec.sizeOf(await unary("Stat", codec.pathRequest(path)));
      },
      async list(path) {
        return codec.entries(await unary("ListDir", codec.listRequest(path)));
      },
      async run(line) {
        let text = "";
        await follow(line, (part) => text += part);
        return text;
      },
      async hold(line) {
        await new Promise<void>((resolve, reject) => void start(line, () => {}, resolve).catch(reject));
      },
      async read(path) {
        const { signal, clear } = limit();
        const response = await checked(fetch(contentUrl(path), { headers, signal }));
        const bytes = new Uint8Array(await response.arrayBuffer());
        clear();
        return bytes;
      },
      async readStream(path) {
        const { signal, clear } = limit();
        const response = await checked(fetch(contentUrl(path), { headers, signal }));
        clear();
        return response.body!;
      },
      async write(path, data) {
        const { signal, clear } = limit();
        const { type, head, tail } = form();
        const isForm = version === "0.2.10";
        const body = !isForm
          ? data
          : data instanceof ReadableStream
          ? between(head, data, tail)
          : new Blob([head, data, tail]);
        const init = {
          method: "POST",
          headers: { ...headers, "content-type": isForm ? type : "application/octet-stream" },
          body,
          duplex: "half", // engines ask for it, the type of the DOM does not know it
          redirect: "error",
          signal,
        } as RequestInit;
        const response = await checked(fetch(contentUrl(path), init));
        await response.text();
        clear();
      },
    };
  };
}
