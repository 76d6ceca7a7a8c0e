import type { FileHandle } from "node:fs/promises";
import type { Bytes } from "../../streams/bytes.ts";
import { readPart } from "./file_stream.ts";
import { type ByteRange, totalSize } from "./ranges.ts";
import type { Ranges } from "./ranges.ts";

/** An answer about a file: with parts of it, with a message, or with neither. */
export interface FileAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly parts?: AsyncGenerator<Bytes>;
  readonly message?: string;
}

/**
 * Sends an open file whole where no ranges are asked for, else one part as it
 * is or several as `multipart/byteranges`.
 *
 * @param headers of the whole file; adjusted here
 */
export function rangeAnswer(file: FileHandle, size: number, ranges: Ranges, headers: Headers): FileAnswer {
  if (ranges === "malformed") return unsatisfied("invalid range", headers);
  if (ranges === "unsatisfiable" && size > 0) {
    headers.set("content-range", `bytes */${size}`);
    return unsatisfied("invalid range: failed to overlap", headers);
  }
  // Of an empty file there is no part; and ranges that ask for more than the
  // file has, by overlapping, are only a way to make a server work.
  if (typeof ranges === "string" || ranges.length === 0 || totalSize(ranges) > size) {
    headers.set("content-length", String(size));
    return { status: 200, headers, parts: readPart(file, 0, size) };
  }
  return ranges.length === 1 ? onePart(file, size, ranges[0]!, headers) : severalParts(file, size, ranges, headers);
}

function unsatisfied(message: string, headers: Headers): FileAnswer {
  headers.delete("accept-ranges");
  headers.delete("last-modified");
  headers.set("content-type", "text/plain; charset=utf-8");
  headers.set("x-content-type-options", "nosniff");
  headers.set("content-length", String(message.length + 1));
  return { status: 416, headers, message: `${message}\n` };
}

function onePart(file: FileHandle, size: number, range: ByteRange, headers: Headers): FileAnswer {
  headers.set("content-range", contentRange(range, size));
  headers.set("content-length", String(range.end - range.start));
  return { status: 206, headers, parts: readPart(file, range.start, range.end) };
}

function severalParts(file: FileHandle, size: number, ranges: readonly ByteRange[], headers: Headers): FileAnswer {
  const boundary = crypto.randomUUID();
  const type = headers.get("content-type");
  const encoder = new TextEncoder();
  const heads = ranges.map((range, index) =>
    encoder.encode(
      `${index === 0 ? "" : "\r\n"}--${boundary}\r\nContent-Range: ${contentRange(range, size)}\r\n` +
        `Content-Type: ${type}\r\n\r\n`,
    )
  );
  const tail = encoder.encode(`\r\n--${boundary}--\r\n`);
  const framing = heads.reduce((sum, head) => sum + head.byteLength, tail.byteLength);
  headers.set("content-type", `multipart/byteranges; boundary=${boundary}`);
  headers.set("content-length", String(framing + totalSize(ranges)));

  async function* parts(): AsyncGenerator<Bytes> {
    for (const [index, { start, end }] of ranges.entries()) {
      yield heads[index]!;
      yield* readPart(file, start, end);
    }
    yield tail;
  }
  return { status: 206, headers, parts: parts() };
}

function contentRange({ start, end }: ByteRange, size: number): string {
  return `bytes ${start}-${end - 1}/${size}`;
}
