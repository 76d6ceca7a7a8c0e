import type { Bytes } from "../../../streams/bytes.ts";
import { NameChecker, type NameRules } from "./tar_names.ts";
import { type TarMember, TarReader } from "./tar_reader.ts";

/** Lets an archive through, byte for byte, and nothing of a member before it was checked. */
export class TarGuard {
  readonly #reader = new TarReader();
  readonly #names: NameChecker;
  #held: Bytes[] = [];
  #passed = 0;
  #members = 0;

  /** Makes one for an archive. */
  constructor(rules: NameRules) {
    this.#names = new NameChecker(rules);
  }

  /** How many bytes went through. */
  get passedBytes(): number {
    return this.#passed;
  }

  /** How many members began. */
  get members(): number {
    return this.#members;
  }

  /** Whether the end was there. */
  get isComplete(): boolean {
    return this.#reader.isComplete;
  }

  /** Takes bytes, and returns those that may go on. Throws a `TarProblem`. */
  push(chunk: Bytes): Bytes[] {
    for (const event of this.#reader.read(chunk)) {
      if (!("member" in event)) continue;
      checkMember(this.#names, event.member);
      this.#members++;
    }
    this.#held.push(chunk);
    return this.#release(this.#reader.cleared - this.#passed);
  }

  /** To be called at the end. Throws a `TarProblem` when that is too early. */
  finish(): void {
    this.#reader.finish();
  }

  #release(byteLength: number): Bytes[] {
    const free: Bytes[] = [];
    let left = byteLength;
    for (let first = this.#held[0]; left > 0 && first !== undefined; first = this.#held[0]) {
      const whole = first.byteLength <= left;
      const piece = whole ? first : first.subarray(0, left);
      if (whole) this.#held.shift();
      else this.#held[0] = first.subarray(left);
      left -= piece.byteLength;
      free.push(piece);
    }
    this.#passed += byteLength;
    return free;
  }
}

/** Checks all that a member can be taken for. Throws a `TarProblem`. */
export function checkMember(checker: NameChecker, { type, names, linkNames }: TarMember): void {
  for (const name of names) {
    checker.member(name);
    for (const target of linkNames) {
      if (type === "1") checker.hardLink(name, target);
      else checker.symbolicLink(name, target);
    }
  }
}
