import {
  type DescMessage,
  type DescMethod,
  fromBinary,
  fromJson,
  type JsonValue,
  toBinary,
  toJson,
} from "@bufbuild/protobuf";
import { Filesystem } from "../../gen/filesystem/filesystem_pb.ts";
import { Process } from "../../gen/process/process_pb.ts";
import type { RecordedFrame } from "./recording.ts";
import { messageOf, repeated } from "./recording.ts";

/** The method of an RPC's path; undefined for other paths. */
export function methodOf(path: string): DescMethod | undefined {
  const [, service, method] = path.split("/");
  const found = [Process, Filesystem].find(({ typeName }) => typeName === service);
  return found?.methods.find(({ name }) => name === method);
}

/** A message in the binary codec. */
export function encode(schema: DescMessage, message: unknown): Uint8Array<ArrayBuffer> {
  return new Uint8Array(toBinary(schema, fromJson(schema, message as JsonValue, { ignoreUnknownFields: true })));
}

/** A message out of the binary codec, in protobuf's JSON mapping. */
export function decode(schema: DescMessage, bytes: Uint8Array): Record<string, unknown> {
  return toJson(schema, fromBinary(schema, bytes)) as Record<string, unknown>;
}

/** A payload behind its five bytes. */
export function envelope(flags: number, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(5 + payload.length);
  frame[0] = flags;
  new DataView(frame.buffer).setUint32(1, payload.length);
  frame.set(payload, 5);
  return frame;
}

/** Recorded frames in the binary codec; the end frame is JSON in either. */
export function encodeFrames(schema: DescMessage, frames: readonly RecordedFrame[]): Uint8Array<ArrayBuffer>[] {
  return frames.flatMap((frame) => {
    const { elided, flags = 0 } = frame;
    if (elided !== undefined) return encodeElided(schema, elided);
    if (flags & 2) return [envelope(2, new TextEncoder().encode(frame.text ?? JSON.stringify(frame.json ?? {})))];
    return [envelope(0, encode(schema, messageOf(frame)))];
  });
}

/** Long output, cut as the daemon had cut it. */
function encodeElided(
  schema: DescMessage,
  { stream, repeat, length, sizes }: NonNullable<RecordedFrame["elided"]>,
): Uint8Array<ArrayBuffer>[] {
  const bytes = repeated(repeat, length);
  let at = 0;
  return sizes.map((size) => {
    const part = bytes.subarray(at, at += size);
    return envelope(0, encode(schema, { event: { data: { [stream]: part.toBase64() } } }));
  });
}
