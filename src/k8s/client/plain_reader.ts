import { asBytes, type Bytes } from "../../streams/bytes.ts";
import type { ChunkReader } from "../../streams/chunk_reader.ts";

/** No text of JSON begins with it. */
const GZIP_FIRST_BYTE = 0x1f;

/**
 * Reads what was compressed against our wish, by a proxy for instance: Deno hands such bytes out as they came. All
 * members of a gzip stream are read, as the API server may begin a new one with each event.
 */
export function plainReader(reader: ChunkReader): ChunkReader {
  let decoded: AsyncIterator<Uint8Array> | undefined;
  let isFirst = true;
  return {
    async read() {
      if (decoded === undefined) {
        const next = await reader.read();
        if (!isFirst || next.value?.[0] !== GZIP_FIRST_BYTE) {
          isFirst &&= next.value?.byteLength === 0;
          return next;
        }
        decoded = await gunzip(next.value, reader);
      }
      const { done, value } = await decoded.next();
      return done ? { done } : { done: false, value: asBytes(value) };
    },
    cancel: (reason) => reader.cancel(reason),
    releaseLock: () => reader.releaseLock(),
  };
}

/** By `node:zlib`, as `DecompressionStream` takes one member alone. It is loaded when it is needed. */
async function gunzip(first: Bytes, reader: ChunkReader): Promise<AsyncIterator<Uint8Array>> {
  const [{ createGunzip }, { pipeline, Readable }] = await Promise.all([import("node:zlib"), import("node:stream")]);
  async function* chunks(): AsyncGenerator<Bytes> {
    yield first;
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value!;
  }
  const decoder = createGunzip();
  // What goes wrong ends the iteration.
  pipeline(Readable.from(chunks()), decoder, () => {});
  return decoder[Symbol.asyncIterator]();
}
