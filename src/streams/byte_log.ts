import { type Bytes, NO_BYTES } from "./bytes.ts";

const BLOCK_BYTES = 64 * 1024;

/**
 * Bytes in the order they came, cheap to append to at the end and to drop from the front.
 *
 * Small chunks are copied together into blocks, so that a process that writes byte by byte costs no more memory than
 * its bytes; a chunk that fills most of its buffer is kept as it is.
 */
export class ByteLog {
  #parts: Bytes[] = [];
  #first = 0;
  #byteLength = 0;
  /** How much of the last part is in use, where that is a block of our own with room. */
  #used: number | undefined;

  /** How many bytes it holds. */
  get byteLength(): number {
    return this.#byteLength;
  }

  /** Adds bytes at the end. They must not change afterwards. */
  append(chunk: Bytes): void {
    if (chunk.byteLength === 0) return;
    this.#byteLength += chunk.byteLength;
    if (chunk.byteLength >= BLOCK_BYTES / 4 && chunk.byteLength * 2 >= chunk.buffer.byteLength) {
      this.#closeBlock();
      this.#parts.push(chunk);
      return;
    }
    for (let rest = chunk; rest.byteLength > 0;) {
      const block = this.#openBlock();
      const piece = rest.subarray(0, block.byteLength - this.#used!);
      block.set(piece, this.#used);
      this.#used! += piece.byteLength;
      rest = rest.subarray(piece.byteLength);
    }
  }

  /** Removes up to so many bytes from the front. */
  dropFront(byteLength: number): void {
    for (let left = Math.min(byteLength, this.#byteLength); left > 0;) {
      if (this.#first === this.#parts.length - 1) this.#closeBlock();
      const part = this.#parts[this.#first]!;
      const gone = Math.min(left, part.byteLength);
      left -= gone;
      this.#byteLength -= gone;
      if (gone < part.byteLength) this.#parts[this.#first] = part.subarray(gone);
      else this.#parts[this.#first++] = NO_BYTES;
    }
    if (this.#first > 64 && this.#first * 2 > this.#parts.length) {
      this.#parts = this.#parts.slice(this.#first);
      this.#first = 0;
    }
  }

  /** All of it as it is now, without a copy. */
  parts(): readonly Bytes[] {
    this.#closeBlock();
    return this.#parts.slice(this.#first);
  }

  #openBlock(): Bytes {
    const last = this.#parts.at(-1);
    if (last !== undefined && this.#used !== undefined && this.#used < last.byteLength) return last;
    this.#closeBlock();
    // Doubling from small: most commands print a line.
    const size = Math.min(BLOCK_BYTES, Math.max(1024, this.#byteLength * 2));
    const block = new Uint8Array(size);
    this.#parts.push(block);
    this.#used = 0;
    return block;
  }

  #closeBlock(): void {
    if (this.#used === undefined) return;
    const last = this.#parts.length - 1;
    const block = this.#parts[last]!;
    // A view keeps the whole block alive, so it must be worth that.
    this.#parts[last] = this.#used * 2 < block.byteLength ? block.slice(0, this.#used) : block.subarray(0, this.#used);
    this.#used = undefined;
  }
}
