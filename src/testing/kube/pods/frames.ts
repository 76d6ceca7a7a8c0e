/** The types of WebSocket frames (RFC 6455) that matter here. */
export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** A frame, unmasked. */
export interface Frame {
  readonly opcode: number;
  readonly payload: Uint8Array;
}

/** The largest frame that a Kubernetes server reads, in bytes. */
const MAX_PAYLOAD = 32 * 1024 * 1024;

/** What a peer sent is no WebSocket. */
export class FrameError extends Error {
  override readonly name = "FrameError";
}

/** A frame as a server sends it: final, and without a mask. */
export function encodeFrame(opcode: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const head = length < 126 ? 2 : length < 65536 ? 4 : 10;
  const bytes = new Uint8Array(head + length);
  const view = new DataView(bytes.buffer);
  bytes[0] = 0x80 | opcode;
  bytes[1] = length < 126 ? length : length < 65536 ? 126 : 127;
  if (head === 4) view.setUint16(2, length);
  if (head === 10) view.setBigUint64(2, BigInt(length));
  let at = head;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.byteLength;
  }
  return bytes;
}

/**
 * Takes the frames of a client out of what comes. It is here, and not in a library, because a fake has to break a
 * connection in the middle of a frame on every engine: `ws` is one of Bun's own there, without its sockets.
 */
export class FrameReader {
  #chunks: Uint8Array[] = [];
  #length = 0;
  /** How much has to be there before it is worth a look. */
  #needed = 2;

  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#length += chunk.byteLength;
  }

  /**
   * The next frame, or nothing until more has come.
   *
   * @throws {FrameError} Where it is none of a client's.
   */
  next(): Frame | undefined {
    if (this.#length < this.#needed) return undefined;
    const bytes = this.#joined();
    const [first = 0, second = 0] = bytes;
    if ((second & 0x80) === 0) throw new FrameError("no mask");
    const short = second & 0x7f;
    const head = short < 126 ? 6 : short === 126 ? 8 : 14;
    if (this.#isShort(head)) return undefined;
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const length = short < 126 ? short : short === 126 ? view.getUint16(2) : Number(view.getBigUint64(2));
    if (length > MAX_PAYLOAD) throw new FrameError("too large");
    if (this.#isShort(head + length)) return undefined;
    const mask = bytes.subarray(head - 4, head);
    const payload = bytes.slice(head, head + length);
    for (let at = 0; at < length; at++) payload[at]! ^= mask[at & 3]!;
    this.#chunks = [bytes.subarray(head + length)];
    this.#length -= head + length;
    this.#needed = 2;
    return { opcode: first & 0x0f, payload };
  }

  #isShort(needed: number): boolean {
    this.#needed = needed;
    return this.#length < needed;
  }

  #joined(): Uint8Array {
    const [only] = this.#chunks;
    if (only !== undefined && this.#chunks.length === 1) return only;
    const bytes = new Uint8Array(this.#length);
    let at = 0;
    for (const chunk of this.#chunks) {
      bytes.set(chunk, at);
      at += chunk.byteLength;
    }
    this.#chunks = [bytes];
    return bytes;
  }
}
