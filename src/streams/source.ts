import { asBytes, type Bytes, NO_BYTES } from "./bytes.ts";
import { type ChunkReader, chunkReader } from "./chunk_reader.ts";
import { describe, type InputData, isStream, wholeData } from "./input_data.ts";

/** Data that is asked for piece by piece, and can be given up at any time, also while a piece is awaited. */
export interface Source {
  /** The next piece, never an empty one, or undefined at the end. One call at a time. */
  next(): Promise<Bytes | undefined>;
  /** No more is wanted. After the end it does nothing. */
  cancel(reason: unknown): void;
}

/** Larger chunks are given in pieces: only so is a slow connection seen moving. */
const PIECE_BYTES = 256 * 1024;

/**
 * Opens data. A stream is locked from here on, until it has ended or was given up.
 *
 * @throws {TypeError} When the data is none, or a stream that is read by someone else.
 */
export function openSource(data: InputData): Source {
  const chunks = open(data);
  let rest: Bytes = NO_BYTES;
  let over = false;
  function end(): void {
    over = true;
    chunks.ended?.();
  }
  return {
    // One function for all kinds: each layer of promises would cost a good part of moving a small chunk.
    async next() {
      while (rest.byteLength === 0) {
        if (over) return undefined;
        let next: Next;
        try {
          next = await chunks.next();
        } catch (error) {
          end();
          throw error;
        }
        if (next.done) end();
        else rest = checked(next.value);
      }
      const piece = rest.byteLength <= PIECE_BYTES ? rest : rest.subarray(0, PIECE_BYTES);
      rest = piece === rest ? NO_BYTES : rest.subarray(PIECE_BYTES);
      return piece;
    },
    cancel(reason) {
      if (over) return;
      over = true;
      chunks.cancel(reason);
    },
  };
}

/** What an iterator and a stream's reader say alike. */
interface Next {
  readonly done?: boolean | undefined;
  readonly value?: unknown;
}

/** Where chunks of any size come from. */
interface Chunks {
  next(): Promise<Next>;
  /** They came to their end, or failed. */
  ended?(): void;
  cancel(reason: unknown): void;
}

function open(data: InputData): Chunks {
  const whole = wholeData(data);
  if (whole instanceof Uint8Array) return fromBytes(whole);
  if (whole !== undefined) return fromBlob(whole);
  // A stream may be iterable too, but only its reader can give up a chunk that is awaited.
  if (isStream(data)) return fromReader(chunkReader(data));
  return fromIterator((data as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]());
}

function fromBytes(bytes: Bytes): Chunks {
  const all = [bytes].values();
  return {
    next: () => Promise.resolve(all.next()),
    cancel() {},
  };
}

function fromBlob(blob: Blob): Chunks {
  let start = 0;
  return {
    async next() {
      if (start >= blob.size) return { done: true };
      const piece = blob.slice(start, start += PIECE_BYTES);
      return { value: new Uint8Array(await piece.arrayBuffer()) };
    },
    cancel() {},
  };
}

function fromReader(reader: ChunkReader): Chunks {
  return {
    next: () => reader.read(),
    ended: () => reader.releaseLock(),
    cancel(reason) {
      reader.cancel(reason).finally(() => reader.releaseLock()).catch(() => {});
    },
  };
}

function fromIterator(iterator: AsyncIterator<Uint8Array>): Chunks {
  return {
    // An iterator written by hand may throw at once, or answer without a promise.
    next: async () => await iterator.next(),
    async cancel() {
      try {
        await iterator.return?.();
      } catch {
        // Its content is not wanted any more, and neither are its troubles.
      }
    },
  };
}

function checked(piece: unknown): Bytes {
  if (ArrayBuffer.isView(piece)) return asBytes(piece);
  throw new TypeError(`Cannot send ${describe(piece)}: a stream must give Uint8Array`);
}
