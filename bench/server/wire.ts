/** What the server says of processes, encoded once: the events of a stream in both codecs, each as the HTTP chunk that it leaves in. */

import { create, type DescMessage, type MessageInitShape, toBinary, toJsonString } from "@bufbuild/protobuf";
import { StartResponseSchema } from "../../gen/process/process_pb.ts";

export type Bytes = Uint8Array<ArrayBuffer>;

/** The ends of the content types. */
export type Codec = "proto" | "json";

const encoder = new TextEncoder();

/** Encodes a message from its initial values. */
export function encode<Desc extends DescMessage>(codec: Codec, schema: Desc, init: MessageInitShape<Desc>): Bytes {
  const message = create(schema, init);
  return (codec === "proto" ? toBinary(schema, message) : encoder.encode(toJsonString(schema, message))) as Bytes;
}

function joined(parts: readonly Uint8Array[]): Bytes {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** A message behind the five bytes that say how it is packed and how long it is, as one HTTP chunk: the daemon flushes each. */
function chunk(message: Uint8Array, flags = 0): Bytes {
  const head = new Uint8Array(5);
  head[0] = flags;
  new DataView(head.buffer).setUint32(1, message.length);
  const size = encoder.encode(`${(head.length + message.length).toString(16)}\r\n`);
  return joined([size, head, message, encoder.encode("\r\n")]);
}

/** One event of a `Start` stream. */
export function event(codec: Codec, event: MessageInitShape<typeof StartResponseSchema>["event"]): Bytes {
  return chunk(encode(codec, StartResponseSchema, { event }));
}

/** The frame that ends a stream without an error, and the HTTP chunk that ends the body. */
export const endOfStream: Bytes = joined([chunk(encoder.encode("{}"), 2), encoder.encode("0\r\n\r\n")]);

/** What a command prints: as many frames as make a cycle, and then the same again. */
interface Output {
  readonly frames: number;
  readonly text: Uint8Array;
}

/** Lines as a log has them, up to so many bytes; now and then one with characters of two to four bytes, where wanted. */
function log(size: number, unicode: boolean): Uint8Array {
  const text = new Uint8Array(size).fill(0x2e);
  let length = 0;
  for (let number = 0;; number++) {
    const mark = unicode && number % 256 === 255 ? "✓ naïve 🦕" : "ok";
    const line = encoder.encode(`2026-01-01T00:00:00.000Z worker[${number % 8}]: step ${number} ${mark}\n`);
    if (length + line.length > size) return text;
    text.set(line, length);
    length += line.length;
  }
}

/** Lines of 15 characters. */
function lines(count: number): Uint8Array {
  return encoder.encode(
    Array.from({ length: count }, (_, number) => `step ${String(number).padStart(7, "0")} ok\n`).join(""),
  );
}

/** A mebibyte of log. */
export const logText: Uint8Array = log(2 ** 20, false);

const outputs = {
  /** The daemon reads its pipes in pieces of 32 KiB at most, and sends each as one frame. */
  ascii: { frames: 32, text: logText },
  /** Frames may cut a character in two. */
  unicode: { frames: 32, text: log(2 ** 20, true) },
  /** A program that buffers what it prints in pieces of some 4 KiB, 250 lines here. */
  lines: { frames: 250, text: lines(250 * 250) },
  /** One that flushes each line. */
  flushed: { frames: 1000, text: lines(1000) },
} as const satisfies Record<string, Output>;

/** A cycle of a command's output: its frames, and all of them as they leave. */
export interface Cycle {
  readonly frames: number;
  readonly bytes: Bytes;
}

function cycle(codec: Codec, { frames, text }: Output): Cycle {
  const size = text.length / frames;
  const parts = Array.from({ length: frames }, (_, number) => {
    const output = { case: "stdout", value: text.subarray(number * size, (number + 1) * size) } as const;
    return event(codec, { event: { case: "data", value: { output } } });
  });
  return { frames, bytes: joined(parts) };
}

const cycles = new Map<string, Cycle>();

/** What a command prints, if it is one of those that print. */
export function cycleOf(codec: Codec, name: string): Cycle {
  if (!Object.hasOwn(outputs, name)) throw new TypeError(`Cannot produce "${name}"`);
  const key = `${codec} ${name}`;
  const known = cycles.get(key) ?? cycle(codec, outputs[name as keyof typeof outputs]);
  cycles.set(key, known);
  return known;
}
