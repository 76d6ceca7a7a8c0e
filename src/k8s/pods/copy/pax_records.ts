import type { Bytes } from "../../../streams/bytes.ts";
import { TarProblem } from "./tar_problem.ts";

const text = new TextDecoder();
/** In the oldest form for sparse files, each of their pieces has these. */
const REPEATED: ReadonlySet<string> = new Set(["GNU.sparse.offset", "GNU.sparse.numbytes"]);

/**
 * Reads the records of an extended header: `<length> <keyword>=<value>\n`. Values are bytes, and may have line ends in
 * them, by which the libraries for tar are misled.
 *
 * @throws {TarProblem} When one is not made like that: whoever unpacks it could read something else there.
 */
export function readPaxRecords(data: Bytes): Map<string, Bytes> {
  const records = new Map<string, Bytes>();
  for (let start = 0; start < data.byteLength;) {
    const space = data.indexOf(0x20, start);
    const digits = space === -1 || space - start > 10 ? "" : text.decode(data.subarray(start, space));
    const end = /^[1-9][0-9]*$/.test(digits) ? start + Number(digits) : NaN;
    const equals = data.indexOf(0x3d, space + 1);
    if (!(end <= data.byteLength) || data[end - 1] !== 0x0a || equals <= space + 1 || equals >= end) {
      throw new TarProblem("it is a damaged tar archive: an extended header has a record that is none");
    }
    const key = text.decode(data.subarray(space + 1, equals));
    if (records.has(key) && !REPEATED.has(key)) {
      throw new TarProblem(`it is a damaged tar archive: two records "${key}"`);
    }
    records.set(key, data.slice(equals + 1, end - 1));
    start = end;
  }
  return records;
}
