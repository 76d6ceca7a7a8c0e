import { assertEquals } from "@std/assert";

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Compares what a fake answers with what was recorded, up to names: each uid, version, continue token and generated
 * name of the recording stands for one of the fake's, always the same one, and later versions for later ones.
 */
export class Likeness {
  readonly #own = new Map<string, string>();
  readonly #objectVersions = new Map<number, number>();
  readonly #listVersions = new Map<number, number>();

  /** What the fake has for something in a recorded request. */
  own(recorded: string): string {
    return this.#own.get(recorded) ?? recorded;
  }

  /** The fake's version for a recorded one, if there was one in an answer. */
  version(recorded: string): string | undefined {
    const own = this.#objectVersions.get(Number(recorded)) ?? this.#listVersions.get(Number(recorded));
    return own === undefined ? undefined : String(own);
  }

  /** Puts what the fake has into a recorded value: into a request's body. */
  translate(value: unknown): unknown {
    if (typeof value === "string") return this.own(value);
    if (Array.isArray(value)) return value.map((item) => this.translate(item));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => {
        const version = key === "resourceVersion" ? this.version(String(member)) : undefined;
        return [key, version ?? this.translate(member)];
      }),
    );
  }

  /** Says that two values are alike, and learns what stands for what. */
  assertAlike(actual: unknown, recorded: unknown, path = "body"): void {
    if (Array.isArray(recorded) && Array.isArray(actual)) {
      assertEquals(actual.length, recorded.length, `${path}: ${JSON.stringify(actual)}`);
      recorded.forEach((item, at) => this.assertAlike(actual[at], item, `${path}[${at}]`));
      return;
    }
    if (isRecord(recorded) && isRecord(actual)) {
      assertEquals(Object.keys(actual).sort(), Object.keys(recorded).sort(), path);
      for (const key of Object.keys(recorded)) {
        if (key === "resourceVersion") this.#alikeVersions(actual[key], recorded[key], isList(recorded), path);
        else this.assertAlike(actual[key], recorded[key], `${path}.${key}`);
      }
      return;
    }
    if (typeof recorded === "string" && typeof actual === "string") return this.#alikeTexts(actual, recorded, path);
    assertEquals(actual, recorded, path);
  }

  #alikeTexts(actual: string, recorded: string, path: string): void {
    if (TIME.test(recorded) && TIME.test(actual)) return;
    if (path.endsWith(".name") && /^gen-[a-z0-9]{5}$/.test(recorded)) {
      return assertEquals(/^gen-[bcdfghjklmnpqrstvwxz2456789]{5}$/.test(actual), true, path);
    }
    const isToken = path.endsWith(".continue") && recorded !== "";
    if (UUID.test(recorded) && UUID.test(actual) || isToken) {
      assertEquals(this.#own.get(recorded) ?? actual, actual, path);
      if (isToken) assertEquals(startOf(actual), startOf(recorded), path);
      this.#own.set(recorded, actual);
      return;
    }
    assertEquals(this.#plain(actual), this.#plain(recorded), path);
  }

  /** A message, without what differs by chance: uids, and versions. */
  #plain(text: string): string {
    return text.replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "<uid>")
      .replace(/(too old resource version: \d+) \(\d+\)/, "$1 (<version>)")
      .replace(/(Too large resource version: \d+, current:) \d+/, "$1 <version>");
  }

  #alikeVersions(actual: unknown, recorded: unknown, list: boolean, path: string): void {
    const [own, theirs] = [Number(actual), Number(recorded)];
    assertEquals(typeof actual, "string", path);
    const known = list ? this.#listVersions : this.#objectVersions;
    assertEquals(known.get(theirs) ?? own, own, `${path}: the version that stands for ${theirs}`);
    for (const [other, version] of this.#objectVersions) {
      // Writes that were not recorded can lie between two lists, but each write of an object has its own version.
      if (other < theirs) assertEquals(list ? version <= own : version < own, true, `${path}: ${version} ≤ ${own}`);
      if (other > theirs) assertEquals(version > own || list && version >= own, true, `${path}: ${version} > ${own}`);
    }
    known.set(theirs, own);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function isList(metadata: Record<string, unknown>): boolean {
  return !Object.hasOwn(metadata, "name");
}

/** Where a continue token goes on. */
function startOf(token: string): unknown {
  return JSON.parse(atob(token.replaceAll("-", "+").replaceAll("_", "/"))).start;
}
