import { asBytes, type Bytes } from "./bytes.ts";

/** Data that goes into a sandbox: the input of a command, the content of a file. */
export type InputData =
  | string
  | ArrayBuffer
  | ArrayBufferView
  | Blob
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array>;

/** Data that is all there: it can be sent again, and its size is known. */
export type WholeData = Bytes | Blob;

/** The data as bytes or a Blob, or undefined for a stream. Throws a `TypeError` for anything else. */
export function wholeData(data: InputData): WholeData | undefined {
  if (typeof data === "string") return new TextEncoder().encode(data);
  if (data instanceof ArrayBuffer || ArrayBuffer.isView(data)) return asBytes(data);
  if (data instanceof Blob) return data;
  if (isStream(data) || isAsyncIterable(data)) return undefined;
  throw new TypeError(
    `Cannot send ${describe(data)}: pass a string, an ArrayBuffer or a view of one, a Blob, a ReadableStream or an ` +
      "AsyncIterable of Uint8Array",
  );
}

/**
 * The data piece by piece, as bytes. Leaving the loop early cancels the source; the signal does so too, and ends a wait
 * for a stream that gives nothing more. (A wait for an iterator cannot be ended.)
 *
 * @throws {TypeError} When a stream gives something else than bytes, or is read by someone else.
 */
export async function* chunksOf(data: InputData, signal?: AbortSignal): AsyncGenerator<Bytes> {
  const whole = wholeData(data);
  if (whole instanceof Uint8Array) {
    if (whole.byteLength > 0) yield whole;
    return;
  }
  const source = whole?.stream() ?? data as ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;
  for await (const chunk of isStream(source) ? readerOf(source, signal) : source) {
    signal?.throwIfAborted();
    if (!ArrayBuffer.isView(chunk)) {
      throw new TypeError(`Cannot send ${describe(chunk)}: a stream must give Uint8Array`);
    }
    if (chunk.byteLength > 0) yield asBytes(chunk);
  }
}

/** Iterates a stream by its reader: not every engine iterates streams. */
async function* readerOf(
  stream: ReadableStream<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  const cancel = () => void reader.cancel(signal!.reason).catch(() => {});
  if (signal?.aborted) cancel();
  signal?.addEventListener("abort", cancel, { once: true });
  let ended = false;
  try {
    while (true) {
      const { done, value } = await reader.read();
      if (done) return void (ended = true);
      yield value;
    }
  } catch (error) {
    ended = true;
    throw error;
  } finally {
    signal?.removeEventListener("abort", cancel);
    if (!ended) await reader.cancel().catch(() => {});
    reader.releaseLock();
  }
}

function isStream(value: unknown): value is ReadableStream<Uint8Array> {
  return value instanceof ReadableStream ||
    (typeof value === "object" && value !== null && "getReader" in value && typeof value.getReader === "function");
}

function isAsyncIterable(value: unknown): value is AsyncIterable<Uint8Array> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}

function describe(value: unknown): string {
  if (value === null) return "null";
  return typeof value === "object" ? `an object (${value.constructor?.name ?? "no class"})` : `a ${typeof value}`;
}
