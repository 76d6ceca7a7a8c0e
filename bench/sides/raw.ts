/** By hand with the binary codec: protobuf is taken apart in place. */

import type { Bytes } from "../caller.ts";
import { measure } from "../measure.ts";
import { byHand } from "./by_hand.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A field with a length in front. The length is in one or more bytes of seven bits. */
function field(number: number, content: Bytes): Bytes {
  const head = [number << 3 | 2];
  let { length } = content;
  for (; length > 0x7f; length >>>= 7) head.push(length & 0x7f | 0x80);
  head.push(length);
  return joined(new Uint8Array(head), content);
}

function text(number: number, value: string): Bytes {
  return field(number, encoder.encode(value) as Bytes);
}

function joined(...parts: Bytes[]): Bytes {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** The content of a message's first field, if it is that one and has a length in front. */
function first(message: Bytes, number: number): Bytes {
  if (message[0] !== (number << 3 | 2)) return message.subarray(0, 0);
  let length = 0;
  let at = 1;
  for (let shift = 0;; shift += 7) {
    const byte = message[at++] ?? 0;
    length |= (byte & 0x7f) << shift;
    if (byte < 0x80) return message.subarray(at, at + length);
  }
}

/** Takes a field: its number, and its value or where it begins and ends. */
type Take = (number: number, value: number, end: number) => void;

/** Goes through a message that has numbers, and fields with a length in front. */
function fields(bytes: Bytes, from: number, to: number, take: Take): void {
  let at = from;
  function varint(): number {
    let value = 0;
    for (let factor = 1;; factor *= 128) {
      const byte = bytes[at++]!;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  }
  while (at < to) {
    const tag = varint();
    const value = varint();
    if ((tag & 7) === 2) {
      take(tag >> 3, at, at + value);
      at += value;
    } else {
      take(tag >> 3, value, 0);
    }
  }
}

interface Entry {
  name: string;
  type: number;
  path: string;
  size: number;
  mode: number;
  permissions: string;
  owner: string;
  group: string;
  modified?: Date;
}

function entry(bytes: Bytes, from: number, to: number): Entry {
  const entry: Entry = { name: "", type: 0, path: "", size: 0, mode: 0, permissions: "", owner: "", group: "" };
  fields(bytes, from, to, (number, value, end) => {
    const string = () => decoder.decode(bytes.subarray(value, end));
    if (number === 1) entry.name = string();
    else if (number === 2) entry.type = value;
    else if (number === 3) entry.path = string();
    else if (number === 4) entry.size = value;
    else if (number === 5) entry.mode = value;
    else if (number === 6) entry.permissions = string();
    else if (number === 7) entry.owner = string();
    else if (number === 8) entry.group = string();
    else if (number === 9) {
      let ms = 0;
      fields(bytes, value, end, (part, of) => ms += part === 1 ? of * 1e3 : of / 1e6);
      entry.modified = new Date(ms);
    }
  });
  return entry;
}

function entries(answer: Bytes): Entry[] {
  const found: Entry[] = [];
  fields(answer, 0, answer.length, (_, at, end) => found.push(entry(answer, at, end)));
  return found;
}

await measure(byHand({
  name: "proto",
  startRequest: (command, args) => field(1, joined(text(1, command), ...args.map((arg) => text(2, arg)))),
  pathRequest: (path) => text(1, path),
  listRequest: (path) => joined(text(1, path), new Uint8Array([2 << 3, 1])),
  stdout: (event) => first(first(first(event, 1), 2), 1),
  sizeOf: (answer) => entries(answer)[0]!.size,
  entries,
}));
