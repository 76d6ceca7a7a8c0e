import type { Fetch } from "../../mod.ts";
import { contentOf, type Exchange, messageOf } from "./recording.ts";
import { checkRequest } from "./request.ts";
import { encode, encodeFrames, methodOf } from "./schema.ts";

/** Answers one request with what was recorded, in the codec that the client speaks. */
export interface Answer {
  readonly fetch: Fetch;
  /** How many requests came. */
  readonly count: number;
  /** Lets a background stream end. */
  finish(): void;
}

/** Makes the answer of an exchange; the request is compared with the recorded one. */
export function answer(exchange: Exchange, captured: ReadonlyMap<string, unknown>): Answer {
  const end = Promise.withResolvers<void>();
  if (!exchange.background) end.resolve();
  let count = 0;
  return {
    get count() {
      return count;
    },
    finish: end.resolve,
    async fetch(input, init) {
      if (++count > 1) throw new Error(`one request was recorded, the client sends another one: ${input}`);
      await checkRequest(new Request(input, init), exchange, captured);
      return response(exchange, end.promise);
    },
  };
}

function response({ send, receive }: Exchange, end: Promise<void>): Response {
  const { status, body } = receive;
  if (status === undefined) throw new TypeError("connection closed without a response");
  const headers = new Headers(receive.headers);
  for (const name of ["transfer-encoding", "content-length"]) headers.delete(name);
  const method = methodOf(send.path);
  const type = headers.get("content-type") ?? "";
  if (method === undefined || type.startsWith("text/") || (status !== 200)) {
    return new Response(status === 204 ? null : contentOf(body), { status, headers });
  }
  if (method.methodKind === "unary") {
    headers.set("content-type", "application/proto");
    return new Response(encode(method.output, messageOf(body)), { status, headers });
  }
  headers.set("content-type", "application/connect+proto");
  const { frames = [] } = body as { frames?: [] };
  return new Response(stream(encodeFrames(method.output, frames), end, receive.aborted ?? false), { status, headers });
}

/** Frames, the last two of which (the end event and the end frame) wait. */
function stream(frames: Uint8Array<ArrayBuffer>[], end: Promise<void>, cut: boolean): ReadableStream<Uint8Array> {
  const held = cut ? 0 : 2;
  let next = 0;
  return new ReadableStream({
    async pull(controller) {
      if (next >= frames.length - held) await end;
      if (next === frames.length) controller.close();
      else controller.enqueue(frames[next++]!);
    },
  }, { highWaterMark: 0 });
}
