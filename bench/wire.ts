/** What the benchmark's server says, encoded once: the event frames of a stream and the answers of unary calls. */

import { create, type DescMessage, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { StartResponseSchema } from "../gen/process/process_pb.ts";

/** The daemon reads its pipes in pieces of this size and sends each as one frame. */
export const FRAME_BYTES: number = 32 * 1024;
/** Frames are encoded, and written, this many bytes of output at a time. */
export const BLOCK_BYTES: number = 1024 * 1024;

/** Encodes a message from its initial values. */
export function encode<Desc extends DescMessage>(schema: Desc, init: MessageInitShape<Desc>): Uint8Array<ArrayBuffer> {
  return toBinary(schema, create(schema, init)) as Uint8Array<ArrayBuffer>;
}

/** Puts a message behind the five bytes that say how it is packed and how long it is. */
export function envelope(message: Uint8Array, flags = 0): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(5 + message.length);
  frame[0] = flags;
  new DataView(frame.buffer).setUint32(1, message.length);
  frame.set(message, 5);
  return frame;
}

/** One frame of a `Start` stream. */
export function eventFrame(event: MessageInitShape<typeof StartResponseSchema>["event"]): Uint8Array<ArrayBuffer> {
  return envelope(encode(StartResponseSchema, { event }));
}

/** The frame that ends a stream without an error. */
export const endOfStream: Uint8Array<ArrayBuffer> = envelope(new TextEncoder().encode("{}"), 2);

/** What a command prints: log lines in ASCII, or with a line in 256 that has characters of two to four bytes. */
export type Text = "ascii" | "unicode";

/** A block of output as frames, which may cut a character in two. */
export function outputFrames(kind: Text): Uint8Array<ArrayBuffer>[] {
  const text = new Uint8Array(BLOCK_BYTES).fill(0x2e);
  const encoder = new TextEncoder();
  let length = 0;
  for (let number = 0;; number++) {
    const mark = kind === "unicode" && number % 256 === 255 ? "✓ naïve 🦕" : "ok";
    const line = encoder.encode(`2026-01-01T00:00:00.000Z worker[${number % 8}]: step ${number} ${mark}\n`);
    if (length + line.length > BLOCK_BYTES) break;
    text.set(line, length);
    length += line.length;
  }
  const frames: Uint8Array<ArrayBuffer>[] = [];
  for (let at = 0; at < BLOCK_BYTES; at += FRAME_BYTES) {
    const output = { case: "stdout", value: text.subarray(at, at + FRAME_BYTES) } as const;
    frames.push(eventFrame({ event: { case: "data", value: { output } } }));
  }
  return frames;
}
