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

/** Whether it is a stream, be it of another realm. */
export function isStream(value: unknown): value is ReadableStream<Uint8Array> {
  return value instanceof ReadableStream ||
    (typeof value === "object" && value !== null && "getReader" in value && typeof value.getReader === "function");
}

function isAsyncIterable(value: unknown): value is AsyncIterable<Uint8Array> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}

/** What a value is, for messages; never what is in it. */
export function describe(value: unknown): string {
  if (value === null) return "null";
  return typeof value === "object" ? `an object (${value.constructor?.name ?? "no class"})` : `a ${typeof value}`;
}
