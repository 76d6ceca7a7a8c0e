/**
 * The yardstick: each job as an engineer would write it by hand with `fetch`, for this one server, with nothing checked that a library
 * has to check. Frames and protobuf are taken apart in place, so that it is hard to beat.
 */

import { measure } from "./measure.ts";
import type { Jobs } from "./rows.ts";
import { source } from "./source.ts";
import { encode, envelope, type Text } from "./wire.ts";
import { StartRequestSchema } from "../gen/process/process_pb.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const headers = { "authorization": "Basic cm9vdDo=", "x-access-token": "bench", "accept-encoding": "identity" };

/** The content of a message's first field, if it is that one and has a length in front. */
function field(message: Bytes, number: number): Bytes {
  if (message[0] !== (number << 3 | 2)) return message.subarray(0, 0);
  let length = 0;
  let at = 1;
  for (let shift = 0;; shift += 7) {
    const byte = message[at++] ?? 0;
    length |= (byte & 0x7f) << shift;
    if (byte < 0x80) return message.subarray(at, at + length);
  }
}

/** Starts a command and hands every piece of its stdout to `take`. */
async function stdout(url: string, text: Text, size: number, take: (bytes: Bytes) => void): Promise<void> {
  const request = encode(StartRequestSchema, { process: { cmd: "produce", args: [text, String(size)] }, stdin: false });
  const response = await fetch(`${url}/process.Process/Start`, {
    method: "POST",
    headers: { ...headers, "content-type": "application/connect+proto", "connect-protocol-version": "1" },
    body: envelope(request),
  });
  if (!response.ok) throw new Error(`Start answered ${response.status}`);
  const header = new Uint8Array(5);
  let headerLength = 0;
  let frame: Bytes | undefined; // one that began in an earlier chunk
  let frameLength = 0;
  const reader = response.body!.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) throw new Error("The stream ended early");
    let chunk: Bytes = value;
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
          take(field(field(field(chunk.subarray(0, length), 1), 2), 1));
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
      take(field(field(field(frame, 1), 2), 1));
      frame = undefined;
    }
  }
}

/** Hands stdout to a callback as text, and counts its characters. */
async function text(url: string, kind: Text, size: number): Promise<number> {
  let seen = 0;
  const onStdout = (text: string) => seen += text.length;
  const decoder = new TextDecoder();
  await stdout(url, kind, size, (bytes) => onStdout(decoder.decode(bytes, { stream: true })));
  return seen;
}

/** The source as the only part of a form, framed as it goes. */
function multipart(content: ReadableStream<Bytes>, boundary: string): ReadableStream<Bytes> {
  const encoder = new TextEncoder();
  const reader = content.getReader();
  return new ReadableStream({
    start(controller) {
      const disposition = 'content-disposition: form-data; name="file"; filename="file"';
      const type = "content-type: application/octet-stream";
      controller.enqueue(encoder.encode(`--${boundary}\r\n${disposition}\r\n${type}\r\n\r\n`));
    },
    async pull(controller) {
      const { done, value } = await reader.read();
      if (!done) return controller.enqueue(value);
      controller.enqueue(encoder.encode(`\r\n--${boundary}--\r\n`));
      controller.close();
    },
  });
}

const jobs: Jobs = {
  async "stdout-bytes"(url, size) {
    let seen = 0;
    await stdout(url, "ascii", size, (bytes) => seen += bytes.length);
    return seen;
  },
  "stdout-text": (url, size) => text(url, "ascii", size),
  "stdout-unicode": (url, size) => text(url, "unicode", size),
  async read(url, size) {
    const response = await fetch(`${url}/files?path=/bench/${size}&username=root`, { headers });
    return new Uint8Array(await response.arrayBuffer()).length;
  },
  async write(url, size) {
    const boundary = crypto.randomUUID();
    const init = {
      method: "POST",
      headers: { ...headers, "content-type": `multipart/form-data; boundary=${boundary}` },
      body: multipart(source(size), boundary),
      duplex: "half", // engines ask for it, the type of the DOM does not know it
      redirect: "error",
    } as RequestInit;
    const response = await fetch(`${url}/files?path=/bench/${size}&username=root`, init);
    if (!response.ok) throw new Error(await response.text());
    return size;
  },
};

await measure(jobs);
