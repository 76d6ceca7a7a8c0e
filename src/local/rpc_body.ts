import {
  type EnvelopedMessage,
  pipe,
  transformJoinEnvelopes,
  transformSplitEnvelope,
} from "@connectrpc/connect/protocol";
import { gzip } from "./gzip.ts";

/** The library's own limit. */
const MAX_FRAME_BYTES = 0xffffffff;

/** A JSON frame without payload is an empty message. */
export function fillEmptyFrames(
  body: AsyncIterable<Uint8Array>,
): AsyncIterable<Uint8Array> {
  const empty = new TextEncoder().encode("{}");
  return pipe(
    body,
    transformSplitEnvelope(MAX_FRAME_BYTES),
    async function* (frames: AsyncIterable<EnvelopedMessage>) {
      for await (const { flags, data } of frames) {
        yield { flags, data: data.byteLength > 0 ? data : empty };
      }
    },
    transformJoinEnvelopes(),
  );
}

/** The one message of a unary response. */
export async function unaryBody(
  chunks: AsyncIterable<Uint8Array> | readonly Uint8Array[],
  compress: boolean,
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for await (const chunk of chunks) parts.push(new Uint8Array(chunk));
  const bytes = parts.length === 1 ? parts[0]! : new Uint8Array(await new Blob(parts).arrayBuffer());
  return compress ? new Uint8Array(await gzip.compress(bytes)) : bytes;
}

/** A body that tells the handler when its reader goes, which waits on its signal. */
export function streamBody(
  chunks: AsyncIterable<Uint8Array> | readonly Uint8Array[],
  aborter: AbortController,
): ReadableStream<Uint8Array> {
  const iterator = Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await iterator.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel(reason) {
      aborter.abort(reason);
    },
  }, { highWaterMark: 0 });
}
