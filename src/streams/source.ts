import { asBytes, type Bytes, NO_BYTES } from "./bytes.ts";
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
  const whole = wholeData(data);
  if (whole instanceof Uint8Array) return fromBytes(whole);
  if (whole !== undefined) return fromBlob(whole);
  // A stream may be iterable too, but only its reader can give up a chunk that is awaited.
  if (isStream(data)) return fromReader(data.getReader());
  return fromIterator((data as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]());
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
      let ended = true;
      try {
        const { done, value } = await reader.read();
        ended = done;
        return done ? undefined : checked(value);
      } finally {
        if (ended) reader.releaseLock();
      }
    },
    cancel(reason) {
      reader.cancel(reason).finally(() => reader.releaseLock()).catch(() => {});
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
  throw new TypeError(`Cannot send ${describe(piece)}: a stream must give Uint8Array`);
}
