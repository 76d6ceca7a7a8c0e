/** `Start`: a command that prints at once what was encoded before, one that is silent for ever, or one that ends. */

import { fromBinary, fromJsonString } from "@bufbuild/protobuf";
import type { IncomingMessage, ServerResponse } from "node:http";
import { StartRequestSchema } from "../../gen/process/process_pb.ts";
import { bodyOf, codecOf, writable } from "./http.ts";
import { type Codec, cycleOf, endOfStream, event } from "./wire.ts";

const PING_SECONDS = 90;
const started = (codec: Codec) => event(codec, { event: { case: "start", value: { pid: 4242 } } });
const ping = (codec: Codec) => event(codec, { event: { case: "keepalive", value: {} } });
const said = (codec: Codec) =>
  event(codec, { event: { case: "data", value: { output: { case: "stdout", value: new Uint8Array([0x61, 0x0a]) } } } });
const ended = (codec: Codec) =>
  event(codec, { event: { case: "end", value: { exited: true, status: "exit status 0" } } });

/** The words of the command line, which is the last argument. */
async function command(request: IncomingMessage, codec: Codec): Promise<string[]> {
  const message = (await bodyOf(request)).subarray(5);
  const { process } = codec === "proto"
    ? fromBinary(StartRequestSchema, message)
    : fromJsonString(StartRequestSchema, new TextDecoder().decode(message), { ignoreUnknownFields: true });
  return process?.args.at(-1)?.split(" ") ?? [];
}

/** Answers `Start`. */
export async function start(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const codec = codecOf(request);
  const [name, what = "", count] = await command(request, codec);
  response.writeHead(200, {
    "content-type": `application/connect+${codec}`,
    "connect-accept-encoding": "gzip",
    "transfer-encoding": "chunked",
    "vary": "Origin",
  });
  response.flushHeaders();
  // What is written from here on has the form of chunks already: a server that makes them costs more than some clients.
  response.chunkedEncoding = false;
  response.write(started(codec));
  if (name === "idle") {
    const seconds = Number(request.headers["keepalive-ping-interval"]) || PING_SECONDS;
    const timer = setInterval(() => response.write(ping(codec)), seconds * 1000);
    response.once("close", () => clearInterval(timer));
    return;
  }
  if (name === "produce") {
    const { frames, bytes } = cycleOf(codec, what);
    if (Number(count) % frames !== 0) {
      throw new RangeError(`Cannot produce ${count} frames, only multiples of ${frames}`);
    }
    for (let sent = 0; sent < Number(count) && await writable(response); sent += frames) response.write(bytes);
  } else if (name === "echo") {
    response.write(said(codec));
  }
  response.write(ended(codec));
  response.end(endOfStream);
}
