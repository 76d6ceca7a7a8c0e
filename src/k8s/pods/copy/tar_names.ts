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
  readonly #links = new Set<string>();

  /** Makes one for an archive. */
  constructor(rules: NameRules) {
    this.#rules = rules;
  }

  /** Checks one of the names of a member, and returns its segments. Throws a `TarProblem`. */
  member(name: Bytes): string[] {
    const what = `its member ${quote(name)}`;
    const segments = this.#inside(name, what);
    const { root } = this.#rules;
    if (root !== undefined && segments[0] !== bytesAsText.decode(root)) {
      throw new TarProblem(`${what} is not below ${quote(root)}`);
    }
    return segments;
  }

  /** Checks what a member that is a hard link names. Throws a `TarProblem`. */
  hardLink(name: Bytes, target: Bytes): void {
    const segments = this.#inside(target, `what its link ${quote(name)} names, ${quote(target)},`);
    // It is one more name of a link then.
    if (this.#links.has(segments.join("/"))) this.#links.add(this.member(name).join("/"));
  }

  /** Checks where a member that is a symbolic link leads. Throws a `TarProblem`. */
  symbolicLink(name: Bytes, target: Bytes): void {
    const segments = this.member(name);
    if (!this.#rules.outsideLinks && leadsOut(segments.length - 1, bytesAsText.decode(target))) {
      throw new TarProblem(`its link ${quote(name)} leads out: to ${quote(target)}`);
    }
    this.#links.add(segments.join("/"));
  }

  /** The segments of a relative path without `..` that goes through no link of the archive. */
  #inside(name: Bytes, what: string): string[] {
    const text = bytesAsText.decode(name);
    if (text === "" || name.includes(0)) throw new TarProblem(`${what} is no path`);
    if (text.startsWith("/")) throw new TarProblem(`${what} is an absolute path`);
    const segments = text.split("/").filter((segment) => segment !== "" && segment !== ".");
    if (segments.includes("..")) throw new TarProblem(`${what} has ".." in it`);
    for (let end = 1; this.#links.size > 0 && end < segments.length; end++) {
      if (this.#links.has(segments.slice(0, end).join("/"))) throw new TarProblem(`${what} goes through a link`);
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
