import type { ByteString } from "./cassette_data.ts";

/** Where bytes of one row lie within a body, piece by piece. */
export type Pieces = readonly (readonly [start: number, end: number])[];

/** Fields of an event of a process that lead to its output: `event`, `data`, and `stdout`, `stderr` or `pty`. */
const EVENT = "\x0a";
const DATA = "\x12";
const OUTPUTS = ["\x0a", "\x12", "\x1a"];

/**
 * Where the output of a command lies in a stream of frames, one row for each of its streams: what the command wrote in
 * one go may be cut by the frames anywhere.
 */
export function outputs(body: ByteString): Pieces[] {
  const rows: [number, number][][] = OUTPUTS.map(() => []);
  for (let at = 0; at + 5 <= body.length;) {
    const payload = at + 5;
    const end = payload + length32(body, at + 1);
    if (end > body.length) break;
    const data = field(body, EVENT, payload, end);
    const output = data && field(body, DATA, ...data);
    OUTPUTS.forEach((tag, i) => {
      const piece = output && field(body, tag, ...output);
      if (piece) rows[i]!.push(piece);
    });
    at = end;
  }
  return rows.filter((row) => row.length > 1);
}

/** The text of a row of pieces. */
export function joined(body: ByteString, pieces: Pieces): ByteString {
  return pieces.map(([start, end]) => body.slice(start, end)).join("");
}

/** The body with other bytes in the pieces, as many as there were. */
export function withPieces(body: ByteString, pieces: Pieces, bytes: ByteString): ByteString {
  let result = "";
  let at = 0;
  let taken = 0;
  for (const [start, end] of pieces) {
    result += body.slice(at, start) + bytes.slice(taken, taken += end - start);
    at = end;
  }
  return result + body.slice(at);
}

/** A message's first field, if it has this tag and is one of bytes. */
function field(body: ByteString, tag: string, start: number, end: number): [number, number] | undefined {
  if (start >= end || body[start] !== tag) return undefined;
  let length = 0;
  let at = start + 1;
  for (let shift = 0; shift < 35; shift += 7) {
    const byte = body.charCodeAt(at++);
    length += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  return at + length <= end ? [at, at + length] : undefined;
}

function length32(body: ByteString, at: number): number {
  let length = 0;
  for (let i = 0; i < 4; i++) length = length * 256 + body.charCodeAt(at + i);
  return length;
}
