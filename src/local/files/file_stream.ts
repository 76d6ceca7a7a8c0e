import type { FileHandle } from "node:fs/promises";
import type { Bytes } from "../../streams/bytes.ts";

const CHUNK = 256 * 1024;

/**
 * Reads a part of an open file. It fails where the file turns out shorter: a
 * length was promised already, and a client must notice.
 */
export async function* readPart(file: FileHandle, start: number, end: number): AsyncGenerator<Bytes> {
  for (let position = start; position < end;) {
    const buffer = new Uint8Array(Math.min(CHUNK, end - position));
    const { bytesRead } = await file.read(buffer, 0, buffer.byteLength, position);
    if (bytesRead === 0) throw new Error("the file became shorter");
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

/** A stream that reads when it is read, and closes the file when it ends, fails or is cancelled. */
export function closingStream(file: FileHandle, parts: AsyncGenerator<Bytes>): ReadableStream<Bytes> {
  return new ReadableStream<Bytes>({
    async pull(controller) {
      try {
        const { done, value } = await parts.next();
        if (!done) return controller.enqueue(value);
      } catch (error) {
        await file.close();
        throw error;
      }
      await file.close();
      controller.close();
    },
    async cancel() {
      await parts.return(undefined);
      await file.close();
    },
  }, { highWaterMark: 0 });
}

/** The first bytes of an open file, at most `length`. */
export async function readHead(file: FileHandle, length: number): Promise<Bytes> {
  const buffer = new Uint8Array(length);
  const { bytesRead } = await file.read(buffer, 0, length, 0);
  return buffer.subarray(0, bytesRead);
}
