import type { ByteString } from "./cassette_data.ts";

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;

/** A name that differs from run to run, and where it stands. */
export interface Name {
  readonly start: number;
  readonly value: string;
}

/** Finds the names that a program makes anew in each run: UUIDs, and what the caller says. */
export class Names {
  readonly #patterns: readonly RegExp[];

  /** Knows more of them than UUIDs. */
  constructor(given: readonly RegExp[] = []) {
    const global = given.map(({ source, flags }) => new RegExp(source, `${flags.replace(/[gy]/g, "")}g`));
    this.#patterns = [UUID, ...global];
  }

  /** Knows the boundary of a form as well, which an engine may make at random. */
  forType(contentType: string): Names {
    const boundary = /^multipart\/.*;\s*boundary="?([^";]+)/i.exec(contentType)?.[1];
    if (boundary === undefined) return this;
    return new Names([...this.#patterns.slice(1), new RegExp(boundary.replace(/\W/g, "\\$&"))]);
  }

  /** The names in a text, in order. */
  in(text: ByteString): Name[] {
    const found: Name[] = [];
    for (const pattern of this.#patterns) {
      for (const { index: start, 0: value } of text.matchAll(pattern)) {
        const overlaps = pattern !== UUID &&
          found.some((other) => start < other.start + other.value.length && other.start < start + value.length);
        if (value !== "" && !overlaps) found.push({ start, value });
      }
    }
    return found.sort((a, b) => a.start - b.start);
  }

  /** The text with zeros for names: what two runs have in common. */
  canonical(text: ByteString): ByteString {
    return replaced(text, this.in(text), ({ value }) => "0".repeat(value.length));
  }
}

/** The text with other names of the same length. */
export function replaced(text: string, names: readonly Name[], other: (name: Name) => string): string {
  let result = "";
  let at = 0;
  for (const name of names) {
    result += text.slice(at, name.start) + other(name);
    at = name.start + name.value.length;
  }
  return result + text.slice(at);
}
