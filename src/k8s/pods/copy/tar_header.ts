import type { Bytes } from "../../../streams/bytes.ts";
import { TarProblem } from "./tar_problem.ts";

/** Everything in an archive comes in blocks of so many bytes. */
export const BLOCK_BYTES = 512;

/** What a header block says itself, before what stands in front of it is applied. */
export interface TarHeader {
  /** One character; `0` for a file, whatever letter the writer took for that. */
  readonly type: string;
  readonly name: Bytes;
  readonly linkName: Bytes;
  readonly mode: number;
  readonly mtimeSeconds: number;
  /** Bytes that follow, without padding. */
  readonly size: number;
  /** Whether blocks with the rest of a sparse file's map follow. */
  readonly hasMoreMap: boolean;
}

const SLASH: Bytes = new Uint8Array([0x2f]);

/** Whether a block is the end of an archive, or a part of that. */
export function isZero(block: Bytes): boolean {
  return block.every((byte) => byte === 0);
}

/**
 * Reads a header block.
 *
 * @throws {TarProblem} When it is none.
 */
export function readHeader(block: Bytes): TarHeader {
  if (readNumber(block, 148, 8) !== checksum(block)) {
    throw new TarProblem("it is no tar archive, or a damaged one: a checksum is wrong");
  }
  const letter = String.fromCharCode(block[156]!);
  return {
    type: letter === "\0" || letter === "7" ? "0" : letter,
    name: wholeName(block),
    linkName: readText(block, 157, 100),
    mode: readNumber(block, 100, 8),
    mtimeSeconds: readNumber(block, 136, 12),
    size: checkSize(readNumber(block, 124, 12)),
    hasMoreMap: letter === "S" && block[482] !== 0,
  };
}

/** Whether one more block of a sparse file's map follows on this one. */
export function continuesMap(block: Bytes): boolean {
  return block[504] !== 0;
}

/** The bytes up to the first zero. */
export function readText(block: Bytes, start: number, length: number): Bytes {
  const field = block.subarray(start, start + length);
  const end = field.indexOf(0);
  return (end === -1 ? field : field.subarray(0, end)).slice();
}

/** A number that can be a length. */
export function checkSize(size: number): number {
  if (Number.isSafeInteger(size) && size >= 0) return size;
  throw new TarProblem("it is a damaged tar archive: a member's size is none");
}

/** GNU's own format has times where POSIX has the first part of a long name. */
function wholeName(block: Bytes): Bytes {
  const name = readText(block, 0, 100);
  const isGnu = block[257] === 0x75 && block[262] === 0x20;
  const prefix = isGnu ? name.subarray(0, 0) : readText(block, 345, 155);
  if (prefix.byteLength === 0) return name;
  return new Uint8Array([...prefix, ...SLASH, ...name]);
}

/** Octal digits, or a binary number where the first bit is set. */
function readNumber(block: Bytes, start: number, length: number): number {
  const field = block.subarray(start, start + length);
  if (field[0]! >= 0x80) return readBinary(field);
  const text = String.fromCharCode(...field);
  const [, digits] = /^ *([0-7]*)(?:[ \0]|$)/.exec(text) ?? [];
  if (digits === undefined) throw new TarProblem("it is no tar archive, or a damaged one: a number is none");
  return digits === "" ? 0 : parseInt(digits, 8);
}

function readBinary(field: Bytes): number {
  const isNegative = (field[0]! & 0x40) !== 0;
  let value = isNegative ? -1 : 0;
  for (const [index, byte] of field.entries()) {
    const bits = index > 0 ? byte : isNegative ? byte | 0x80 : byte & 0x7f;
    value = index === 0 && isNegative ? bits - 256 : value * 256 + bits;
  }
  return value;
}

/** The sum of all bytes, with spaces where it stands itself. */
function checksum(block: Bytes): number {
  let sum = 8 * 0x20;
  for (let i = 0; i < BLOCK_BYTES; i++) if (i < 148 || i >= 156) sum += block[i]!;
  return sum;
}
