import type { Bytes } from "./bytes.ts";

/** Reads chunks of the engine's choice; as a stream's own reader does. */
export interface ChunkReader {
  read(): Promise<{ readonly done: boolean; readonly value?: Bytes | undefined }>;
  cancel(reason?: unknown): Promise<void>;
  releaseLock(): void;
}

const STEP_BYTES = 4 * 1024;
const MOST_BYTES = 64 * 1024;

const userAgent: string = globalThis.navigator?.userAgent ?? "";
/** workerd gives chunks of 4 KiB at most of its own streams, and all there is to whoever brings memory. */
const isWorkerd: boolean = userAgent === "Cloudflare-Workers";
/** Deno takes 64 KiB of fresh memory for each read, however little arrives and however long that takes. */
const isDeno: boolean = userAgent.startsWith("Deno/");

/** A reader of the largest chunks that the engine has. */
export function chunkReader(stream: ReadableStream<Uint8Array>): ChunkReader {
  return (isWorkerd ? fillingReader(stream) : undefined) ?? stream.getReader() as ChunkReader;
}

/** A reader of what arrives in pieces of any size, with long pauses in between. */
export function pieceReader(stream: ReadableStream<Uint8Array>): ChunkReader {
  return (isWorkerd || isDeno ? fillingReader(stream) : undefined) ?? stream.getReader() as ChunkReader;
}

/**
 * Brings the memory, about as much as is needed: less after small chunks, more after one that left no room. Undefined for
 * a stream that does not read into memory it is given.
 */
export function fillingReader(stream: ReadableStream<Uint8Array>): ChunkReader | undefined {
  const reader = byobReader(stream);
  let size = STEP_BYTES;
  return reader && {
    async read() {
      const { done, value } = await reader.read(new Uint8Array(size));
      if (done) return { done };
      const { byteLength } = value;
      // A view would keep all of the memory for little.
      const chunk = byteLength < size / 2 ? value.slice() : value;
      const wanted = byteLength === size ? 2 * size : Math.max(byteLength, size - STEP_BYTES, 1);
      size = Math.min(Math.ceil(wanted / STEP_BYTES) * STEP_BYTES, MOST_BYTES);
      return { done, value: chunk };
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
