import { type Bytes, concat } from "../../../streams/bytes.ts";
import { readPaxRecords } from "./pax_records.ts";
import { BLOCK_BYTES, checkSize, continuesMap, isZero, readHeader, readText, type TarHeader } from "./tar_header.ts";
import { quote } from "./tar_names.ts";
import { TarProblem } from "./tar_problem.ts";

/** A file, a directory, a link … in an archive. */
export interface TarMember {
  /** `0` file, `1` hard link, `2` symbolic link, `5` directory, `6` FIFO, `S` sparse file. */
  readonly type: string;
  /** The name that counts. */
  readonly name: Bytes;
  /** All names that one program or another could take it by, that one included. */
  readonly names: readonly Bytes[];
  /** What links name, likewise. */
  readonly linkNames: readonly Bytes[];
  readonly mode: number;
  readonly mtimeSeconds: number;
  /** Bytes that follow. */
  readonly size: number;
}

/** What comes next in an archive. */
export type TarEvent =
  | { readonly member: TarMember }
  | { readonly data: Bytes };

/** A longer name or header of attributes than that is none, nor are all that stand in front of one member together. */
const MOST_META_BYTES = 8 * 1024 * 1024;
/** More zeros than that behind the end are no padding. */
const MOST_PADDING_BYTES = 64 * 1024 * 1024;
/** A greater size than this has no place in a header of the plain kind. */
const MOST_OCTAL_SIZE = 0o77777777777;
/** Files that carry bytes. */
const WITH_DATA = "0S";
const KNOWN = "012560SxgLK";

/** What stands in front of a header and is for it. */
interface Extras {
  names: Bytes[];
  linkNames: Bytes[];
  size?: number;
  isSparse?: boolean;
}

/**
 * Reads an archive while its bytes go by. It is not one of the libraries, because it must tell which bytes were checked,
 * see the names as they are, byte for byte, and find the next header behind a sparse file; and it refuses what programs
 * read differently, so that no member passes unseen.
 */
export class TarReader {
  readonly #block = new Uint8Array(BLOCK_BYTES);
  #filled = 0;
  #state: "header" | "map" | "meta" | "data" | "padding" | "end" = "header";
  #left = 0;
  #padding = 0;
  #meta: { readonly type: string; readonly parts: Bytes[] } | undefined;
  #extras: Extras = { names: [], linkNames: [] };
  /** What was read last is for a member that is still to come. */
  #isPending = false;
  #waiting: TarMember | undefined;
  #offset = 0;
  #cleared = 0;
  #zeros = 0;
  #last: Bytes | undefined;

  /** How many bytes belong to members that were given out, or to the end. */
  get cleared(): number {
    return this.#cleared;
  }

  /** Whether the end was there. */
  get isComplete(): boolean {
    return this.#state === "end";
  }

  /** Reads the next bytes. Throws a `TarProblem`. */
  *read(chunk: Bytes): Generator<TarEvent, void, void> {
    for (let start = 0; start < chunk.byteLength;) {
      const rest = chunk.subarray(start);
      if (this.#state === "header" || this.#state === "map") {
        const taken = rest.subarray(0, BLOCK_BYTES - this.#filled);
        this.#block.set(taken, this.#filled);
        start += this.#pass(taken.byteLength);
        this.#filled += taken.byteLength;
        if (this.#filled < BLOCK_BYTES) return;
        this.#filled = 0;
        const member = this.#state === "map" ? this.#nextMap() : this.#nextHeader();
        if (member !== undefined) yield { member };
        if (this.#isBetween()) this.#cleared = this.#offset;
        continue;
      }
      if (this.#state === "end") {
        this.#zeros += rest.byteLength;
        if (!isZero(rest) || this.#zeros > MOST_PADDING_BYTES) throw new TarProblem("it has more behind its end");
        start += this.#pass(rest.byteLength);
        this.#cleared = this.#offset;
        return;
      }
      const taken = rest.subarray(0, Math.min(this.#left, rest.byteLength));
      start += this.#pass(taken.byteLength);
      this.#left -= taken.byteLength;
      if (this.#state === "meta") {
        this.#meta!.parts.push(taken.slice());
      } else {
        if (this.#isBetween()) this.#cleared = this.#offset;
        if (this.#state === "data") yield { data: taken };
      }
      if (this.#left === 0) this.#nextPart();
    }
  }

  /** To be called when there is no more. Throws a `TarProblem` when there should be. */
  finish(): void {
    if (this.isComplete) return;
    const where = this.#last === undefined ? "before its first member" : `at or behind its member ${quote(this.#last)}`;
    throw new TarProblem(`it is cut off ${where}: its end is missing`);
  }

  #pass(byteLength: number): number {
    this.#offset += byteLength;
    return byteLength;
  }

  /** Nothing is held that belongs to a member which is not complete. */
  #isBetween(): boolean {
    return this.#state !== "map" && this.#state !== "meta" && !this.#isPending;
  }

  #nextHeader(): TarMember | undefined {
    if (isZero(this.#block)) {
      if (!this.#isBetween()) throw new TarProblem("it is a damaged tar archive: attributes of no member");
      this.#state = "end";
      return undefined;
    }
    const header = readHeader(this.#block);
    const { type, size } = header;
    if ("34".includes(type)) throw new TarProblem(`its member ${quote(header.name)} is a device`);
    if (!KNOWN.includes(type)) {
      throw new TarProblem(
        `its member ${quote(header.name)} is of a kind (${JSON.stringify(type)}) that is not copied`,
      );
    }
    if ("xgLK".includes(type)) {
      this.#checkHeld(size);
      this.#meta = { type, parts: [] };
      this.#isPending ||= type !== "g";
      this.#expect("meta", size);
      return undefined;
    }
    const member = this.#member(header);
    if (!header.hasMoreMap) return this.#begin(member);
    this.#waiting = member;
    this.#state = "map";
    return undefined;
  }

  #nextMap(): TarMember | undefined {
    if (!continuesMap(this.#block)) return this.#begin(this.#waiting!);
    this.#checkHeld(BLOCK_BYTES);
    return undefined;
  }

  /** What is held back for a member has a limit, as it is kept. */
  #checkHeld(next: number): void {
    if (this.#offset - this.#cleared + next <= MOST_META_BYTES) return;
    throw new TarProblem("it is a damaged tar archive: a header is too long");
  }

  #begin(member: TarMember): TarMember {
    this.#waiting = undefined;
    this.#isPending = false;
    this.#extras = { names: [], linkNames: [] };
    this.#last = member.name;
    this.#expect("data", member.size);
    return member;
  }

  #expect(state: "meta" | "data", size: number): void {
    this.#state = state;
    this.#left = size;
    this.#padding = (BLOCK_BYTES - size % BLOCK_BYTES) % BLOCK_BYTES;
    if (size === 0) this.#nextPart();
  }

  /** What was read is over: its padding comes, or the next header. */
  #nextPart(): void {
    if (this.#state === "meta") this.#takeMeta();
    this.#left = this.#state === "padding" ? 0 : this.#padding;
    this.#state = this.#left > 0 ? "padding" : "header";
  }

  #takeMeta(): void {
    const { type, parts } = this.#meta!;
    this.#meta = undefined;
    const data = parts.length === 0 ? new Uint8Array(0) : concat(parts);
    if (type === "L") this.#extras.names.push(wholeText(data));
    else if (type === "K") this.#extras.linkNames.push(wholeText(data));
    else this.#takeRecords(readPaxRecords(data), type === "g");
  }

  #takeRecords(records: Map<string, Bytes>, isGlobal: boolean): void {
    const extras = this.#extras;
    for (const [key, value] of records) {
      const matters = /^(path|linkpath|size|GNU\.sparse\..*)$/.test(key);
      if (isGlobal && matters) throw new TarProblem(`it gives all its members one "${key}"`);
      if (key.startsWith("GNU.sparse.")) extras.isSparse = true;
      if (key === "path" || key === "GNU.sparse.name") extras.names.push(value);
      else if (key === "linkpath") extras.linkNames.push(value);
      else if (key === "size") extras.size = paxSize(value);
    }
  }

  #member(header: TarHeader): TarMember {
    const { type, mode, mtimeSeconds } = header;
    const { names, linkNames, isSparse = false } = this.#extras;
    const size = this.#sizeOf(header);
    const name = names.at(-1) ?? header.name;
    const isDirectory = type === "5" || (type === "0" && name.at(-1) === 0x2f);
    if (size > 0 && (isDirectory || !WITH_DATA.includes(type))) {
      throw new TarProblem(`its member ${quote(name)} has bytes, and is no file`);
    }
    const isLink = type === "1" || type === "2";
    return {
      type: isDirectory ? "5" : isSparse && type === "0" ? "S" : type,
      name,
      names: withPlain(names, header.name),
      linkNames: isLink ? withPlain(linkNames, header.linkName) : [],
      mode,
      mtimeSeconds,
      size,
    };
  }

  /** The two places for a size must not differ, unless the plain one has no room for it. */
  #sizeOf({ size: plain, name }: TarHeader): number {
    const { size = plain } = this.#extras;
    if (size === plain || size > MOST_OCTAL_SIZE) return size;
    throw new TarProblem(`its member ${quote(name)} has two sizes`);
  }
}

/** Some leave the plain place empty, where a name has characters that are not ASCII. */
function withPlain(names: readonly Bytes[], plain: Bytes): readonly Bytes[] {
  return names.length > 0 && plain.byteLength === 0 ? names : [...names, plain];
}

function wholeText(data: Bytes): Bytes {
  const text = readText(data, 0, data.byteLength);
  if (isZero(data.subarray(text.byteLength))) return text;
  throw new TarProblem("it is a damaged tar archive: a long name has more behind its end");
}

function paxSize(value: Bytes): number {
  const text = new TextDecoder().decode(value);
  if (!/^[0-9]{1,16}$/.test(text)) throw new TarProblem("it is a damaged tar archive: a member's size is none");
  return checkSize(Number(text));
}
