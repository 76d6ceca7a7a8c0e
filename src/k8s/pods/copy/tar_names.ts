import type { Bytes } from "../../../streams/bytes.ts";
import { TarProblem } from "./tar_problem.ts";

/** Gives each byte a character of its own, so that two names are the same where their bytes are. */
const bytesAsText = new TextDecoder("windows-1252");
const utf8 = new TextDecoder();

/** A name for messages. */
export function quote(name: Bytes): string {
  const shown = utf8.decode(name.subarray(0, 200));
  return JSON.stringify(name.byteLength > 200 ? `${shown}…` : shown);
}

/** A name in the tree of links, and what is below it. */
interface Branch {
  isLink: boolean;
  readonly below: Map<string, Branch>;
}

/** Where the members of an archive may be. */
export interface NameRules {
  /** The name that every path must begin with; absent: any. */
  readonly root?: Bytes | undefined;
  /** Whether symbolic links may lead out. */
  readonly outsideLinks: boolean;
}

/**
 * Checks that an archive stays inside of the directory that it is unpacked in. What is there already is not known here:
 * a link of the directory's own may lead anywhere.
 */
export class NameChecker {
  readonly #rules: NameRules;
  /** A tree, as a name may have very many segments. */
  readonly #links: Branch = { isLink: false, below: new Map() };

  /** Makes one for an archive. */
  constructor(rules: NameRules) {
    this.#rules = rules;
  }

  /** Checks one of the names of a member, and returns its segments. Throws a `TarProblem`. */
  member(name: Bytes): string[] {
    const what = `its member ${quote(name)}`;
    const segments = this.#inside(name, what);
    this.#belowRoot(segments, what);
    return segments;
  }

  /** Checks what a member that is a hard link names. Throws a `TarProblem`. */
  hardLink(name: Bytes, target: Bytes): void {
    const what = `what its link ${quote(name)} names, ${quote(target)},`;
    const segments = this.#inside(target, what);
    this.#belowRoot(segments, what);
    // It is one more name of a link then.
    if (this.#linkAt(segments)) this.#addLink(this.member(name));
  }

  /** Checks where a member that is a symbolic link leads. Throws a `TarProblem`. */
  symbolicLink(name: Bytes, target: Bytes): void {
    const segments = this.member(name);
    const { root, outsideLinks } = this.#rules;
    const depth = segments.length - (root === undefined ? 1 : 2);
    if (!outsideLinks && leadsOut(depth, bytesAsText.decode(target))) {
      throw new TarProblem(`its link ${quote(name)} leads out: to ${quote(target)}`);
    }
    this.#addLink(segments);
  }

  #belowRoot(segments: readonly string[], what: string): void {
    const { root } = this.#rules;
    if (root === undefined || segments[0] === bytesAsText.decode(root)) return;
    throw new TarProblem(`${what} is not below ${quote(root)}`);
  }

  #linkAt(segments: readonly string[]): boolean {
    let branch: Branch | undefined = this.#links;
    for (const segment of segments) branch = branch?.below.get(segment);
    return branch?.isLink ?? false;
  }

  #addLink(segments: readonly string[]): void {
    let branch = this.#links;
    for (const segment of segments) {
      const next: Branch = branch.below.get(segment) ?? { isLink: false, below: new Map() };
      branch.below.set(segment, next);
      branch = next;
    }
    branch.isLink = true;
  }

  /** The segments of a relative path without `..` that goes through no link of the archive. */
  #inside(name: Bytes, what: string): string[] {
    const text = bytesAsText.decode(name);
    if (text === "" || name.includes(0)) throw new TarProblem(`${what} is no path`);
    if (text.startsWith("/")) throw new TarProblem(`${what} is an absolute path`);
    const segments = text.split("/").filter((segment) => segment !== "" && segment !== ".");
    if (segments.includes("..")) throw new TarProblem(`${what} has ".." in it`);
    let branch: Branch | undefined = this.#links;
    for (let at = 0; branch !== undefined && at < segments.length - 1; at++) {
      branch = branch.below.get(segments[at]!);
      if (branch?.isLink) throw new TarProblem(`${what} goes through a link`);
    }
    return segments;
  }
}

/**
 * `..` is only followed at the front, where the number of directories is known: behind a name it could be the parent of
 * anything, if that is a link.
 */
function leadsOut(depth: number, target: string): boolean {
  if (target === "" || target.startsWith("/")) return true;
  const segments = target.split("/").filter((segment) => segment !== "" && segment !== ".");
  const ups = segments.findIndex((segment) => segment !== "..");
  const front = ups === -1 ? segments.length : ups;
  return front > depth || segments.slice(front).includes("..");
}
