import { BinaryReader, type BinaryWriter, type WireType } from "@bufbuild/protobuf/wire";
import type { Bytes } from "../streams/bytes.ts";

/** How a message is written; `gen/codec/` says it for each. */
export interface Encoder<T> {
  encode(message: T): BinaryWriter;
}

/** How a message is read. */
export interface Decoder<T> {
  decode(reader: BinaryReader): T;
  /** The same for the most frequent messages, in less time; undefined for the others. */
  quick?(data: Bytes): T | undefined;
}

/** A byte order mark at the start of a string is text. */
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const decodeUtf8 = (bytes: Uint8Array) => utf8.decode(bytes);

/** Refuses strings that are no UTF-8, and fields without a number. */
class StrictReader extends BinaryReader {
  constructor(data: Uint8Array) {
    super(data, decodeUtf8);
  }

  override skip(wireType: WireType, fieldNo?: number, recursionLimit?: number): Uint8Array {
    if (fieldNo === 0) throw new Error("illegal tag: field no 0");
    return super.skip(wireType, fieldNo, recursionLimit);
  }
}

/** The bytes of a message. */
export function encode<T>(codec: Encoder<T>, message: T): Bytes {
  return codec.encode(message).finish() as Bytes;
}

/** The message in these bytes, which its own bytes are views of. Throws for what is no message. */
export function decode<T>(codec: Decoder<T>, data: Bytes): T {
  return codec.quick?.(data) ?? codec.decode(new StrictReader(data));
}
