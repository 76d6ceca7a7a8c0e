/** Bytes as this package returns them: a view of a plain buffer, never of a shared one. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** No bytes at all. */
export const NO_BYTES: Bytes = new Uint8Array(0);

/** A view on any bytes, without a copy where the buffer is not shared. */
export function asBytes(data: ArrayBuffer | ArrayBufferView): Bytes {
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  const { buffer, byteOffset, byteLength } = data;
  const isPlain = buffer instanceof ArrayBuffer;
  // Not a subclass: Node's `Buffer` has methods that do something else.
  if (isPlain && data.constructor === Uint8Array) return data as Bytes;
  const view = new Uint8Array(buffer, byteOffset, byteLength);
  return isPlain ? view as Bytes : new Uint8Array(view);
}

/** One array out of many; the only one itself where there is no more than one. */
export function concat(parts: readonly Bytes[], byteLength: number = totalLength(parts)): Bytes {
  if (parts.length === 1) return parts[0]!;
  const joined = new Uint8Array(byteLength);
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.byteLength;
  }
  return joined;
}

function totalLength(parts: readonly Bytes[]): number {
  return parts.reduce((sum, part) => sum + part.byteLength, 0);
}
