import { asBytes, type Bytes, NO_BYTES } from "../streams/bytes.ts";
import type { InputData } from "../streams/input_data.ts";

/** Content that is asked for piece by piece, and can be given up at any time, also while a piece is awaited. */
export interface Source {
  /** The next piece, or undefined at the end. One call at a time. */
  next(): Promise<Bytes | undefined>;
  /** No more is wanted. After the end it does nothing. */
  cancel(reason: unknown): void;
}

/** Larger chunks are sent in pieces: only so is a slow connection seen moving. */
const PIECE_BYTES = 256 * 1024;

/** Opens data. A stream is locked from here on; one that is locked already is a `TypeError`. */
export function openSource(data: InputData): Source {
  const chunks = open(data);
  let rest: Bytes | undefined = NO_BYTES;
  return {
    async next() {
      while (rest?.byteLength === 0) rest = await chunks.next();
      const piece = rest?.subarray(0, PIECE_BYTES);
      rest = rest?.subarray(PIECE_BYTES);
      return piece;
    },
    cancel: (reason) => chunks.cancel(reason),
  };
}

function open(data: InputData): Source {
  if (typeof data === "string") return fromBlob(new Blob([data]));
  if (data instanceof ArrayBuffer || ArrayBuffer.isView(data)) return fromBytes(asBytes(data));
  if (data instanceof Blob) return fromBlob(data);
  // A stream may be iterable too, but only its reader can give up a chunk that is awaited.
  return "getReader" in data ? fromReader(data.getReader()) : fromIterator(data[Symbol.asyncIterator]());
}

function fromBytes(bytes: Bytes): Source {
  let chunk: Bytes | undefined = bytes;
  return {
    next() {
      const next = chunk;
      chunk = undefined;
      return Promise.resolve(next);
    },
    cancel() {},
  };
}

function fromBlob(blob: Blob): Source {
  let start = 0;
  return {
    async next() {
      if (start >= blob.size) return undefined;
      const piece = blob.slice(start, start += PIECE_BYTES);
      return new Uint8Array(await piece.arrayBuffer());
    },
    cancel() {},
  };
}

function fromReader(reader: ReadableStreamDefaultReader<Uint8Array>): Source {
  return {
    async next() {
      const { done, value } = await reader.read();
      return done ? undefined : checked(value);
    },
    cancel(reason) {
      reader.cancel(reason).catch(() => {});
    },
  };
}

function fromIterator(iterator: AsyncIterator<Uint8Array>): Source {
  let ended = false;
  return {
    async next() {
      try {
        const { done, value } = await iterator.next();
        if (done) ended = true;
        return done ? undefined : checked(value);
      } catch (error) {
        ended = true;
        throw error;
      }
    },
    async cancel() {
      if (ended) return;
      ended = true;
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
  throw new TypeError(`Cannot write a piece of type ${typeof piece}: a stream must give Uint8Array`);
}
