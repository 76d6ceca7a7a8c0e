import type { Bytes } from "./bytes.ts";

/** Reads chunks of the engine's choice; as a stream's own reader does. */
export interface ChunkReader {
  read(): Promise<{ readonly done: boolean; readonly value?: Bytes | undefined }>;
  cancel(reason?: unknown): Promise<void>;
  releaseLock(): void;
}

const CHUNK_BYTES = 64 * 1024;

/** workerd gives chunks of 4 KiB at most of its own streams, and all there is to whoever brings memory. */
const isWorkerd: boolean = globalThis.navigator?.userAgent === "Cloudflare-Workers";

/** A reader of the largest chunks that the engine has. */
export function chunkReader(stream: ReadableStream<Uint8Array>): ChunkReader {
  return (isWorkerd ? fillingReader(stream) : undefined) ?? stream.getReader() as ChunkReader;
}

/** Undefined for a stream that does not read into memory it is given. */
export function fillingReader(stream: ReadableStream<Uint8Array>): ChunkReader | undefined {
  const reader = byobReader(stream);
  return reader && {
    async read() {
      const { done, value } = await reader.read(new Uint8Array(CHUNK_BYTES));
      if (done) return { done };
      // A view would keep all of the memory for little.
      return { done, value: value.byteLength < CHUNK_BYTES / 2 ? value.slice() : value };
    },
    cancel: (reason) => reader.cancel(reason),
    releaseLock: () => reader.releaseLock(),
  };
}

/** Undefined for a stream that is not one of bytes, or is locked. */
export function byobReader(stream: ReadableStream<Uint8Array>): ReadableStreamBYOBReader | undefined {
  try {
    return stream.getReader({ mode: "byob" });
  } catch {
    return undefined;
  }
}
