import { SandboxError } from "../../../mod.ts";
import { isAlike, withShortMasks } from "./cassette_canonical.ts";
import type { Entry, Likeness } from "./replay_entry.ts";

/** Finds the exchange that a request is answered with: among those that are alike the first that was not used. */
export class Matcher {
  readonly #entries: readonly Entry[];
  readonly #left: Set<Entry>;
  readonly #sandboxes = new Pairs();
  /** The names of this run for those of the recording. */
  readonly #names = new Pairs();

  /** Starts with all exchanges unused. */
  constructor(entries: readonly Entry[]) {
    this.#entries = entries;
    this.#left = new Set(entries);
  }

  /** The exchanges that no request was answered with. */
  get unused(): readonly Entry[] {
    return [...this.#left];
  }

  /** What a recorded name is called in this run. */
  nameNow(recorded: string): string | undefined {
    return this.#names.to(recorded);
  }

  /** The first exchange that fits as far as the head tells. */
  first(
    head: string,
    sandbox: string | undefined,
    fits: (entry: Entry) => boolean = () => true,
  ): Entry | undefined {
    for (const entry of this.#left) {
      const recorded = entry.exchange.request.sandbox;
      if (entry.likeness.head === head && this.#sandboxes.fits(recorded, sandbox) && fits(entry)) return entry;
    }
    return undefined;
  }

  /** Uses an exchange for a request. */
  take(entry: Entry, names: readonly string[], sandbox: string | undefined): void {
    this.#left.delete(entry);
    this.#sandboxes.pair(entry.exchange.request.sandbox, sandbox);
    entry.likeness.names.forEach((name, i) => this.#names.pair(name, names[i]));
  }

  /** Finds the exchange for a request and uses it. Throws where there is none. */
  find(likeness: Likeness, sandbox: string | undefined): Entry {
    let fitting: Entry | undefined;
    for (const entry of this.#left) {
      const { head, body, names } = entry.likeness;
      if (head !== likeness.head || !isSame(body, likeness.body)) continue;
      if (!this.#sandboxes.fits(entry.exchange.request.sandbox, sandbox)) continue;
      if (!names.every((name, i) => this.#names.fits(name, likeness.names[i]))) continue;
      fitting ??= entry;
      // Known names decide; where all are new, the order does.
      if (names.every((name, i) => name === likeness.names[i] || this.#names.to(name) !== undefined)) {
        fitting = entry;
        break;
      }
    }
    // A body that was not sent to its end may have been this one.
    fitting ??= this.first(likeness.head, sandbox, (entry) => entry.likeness.body === undefined);
    if (fitting === undefined) throw this.#missing(likeness);
    this.take(fitting, likeness.names, sandbox);
    return fitting;
  }

  #missing(asked: Likeness): SandboxError {
    const { head } = asked;
    const what = head.split(", ", 1)[0]!;
    return new SandboxError(`Cannot replay ${what}: ${this.#nearest(asked)}`, {
      code: "unknown",
      hint:
        "Record the cassette anew if the program now asks for something else; a test that runs a part of what was " +
        "recorded, or in another order, needs a cassette of its own",
    });
  }

  /** What there is instead. */
  #nearest({ head, body = "", names }: Likeness): string {
    const alike = this.#entries.filter((entry) => entry.likeness.head === head);
    const same = alike.filter((entry) => isSame(entry.likeness.body, body));
    if (same.length > 0) {
      if (same.some((entry) => this.#left.has(entry))) {
        return `it is in the cassette for other names than ${names.join(", ") || "this sandbox"}`;
      }
      return `it is in the cassette ${same.length === 1 ? "once" : `${same.length} times`}, and was asked for already`;
    }
    const near = alike.find((entry) => this.#left.has(entry)) ?? alike[0];
    if (near !== undefined) {
      return `its body is not in the cassette. The nearest is exchange ${near.index}: ${
        difference(near.likeness.body ?? "(a body that was not sent to its end)", body)
      }`;
    }
    const nearest = this.#entries.map((entry) => ({ entry, common: common(entry.likeness.head, head) }))
      .sort((a, b) => b.common - a.common)[0];
    if (nearest === undefined) return "the cassette is empty";
    return `it is not in the cassette. The nearest is exchange ${nearest.entry.index}: ${
      difference(nearest.entry.likeness.head, head)
    }`;
  }
}

function isSame(recorded: string | undefined, now: string | undefined): boolean {
  return recorded === undefined || now === undefined ? recorded === now : isAlike(recorded, now);
}

/** Which values of this run stand for which of the recording, one for one. */
class Pairs {
  readonly #to = new Map<string, string>();
  readonly #from = new Map<string, string>();

  to(recorded: string): string | undefined {
    return this.#to.get(recorded);
  }

  /** Whether two can stand for each other. A value that is missing on one side stands for any. */
  fits(recorded: string | undefined, now: string | undefined): boolean {
    if (recorded === undefined || now === undefined) return true;
    const known = this.#to.get(recorded);
    return known === undefined ? !this.#from.has(now) : known === now;
  }

  pair(recorded: string | undefined, now: string | undefined): void {
    if (recorded === undefined || now === undefined) return;
    this.#to.set(recorded, now);
    this.#from.set(now, recorded);
  }
}

/** Two texts from shortly before where they differ. */
function difference(before: string, after: string): string {
  const [recorded, now] = [withShortMasks(before), withShortMasks(after)];
  const start = Math.max(0, common(recorded, now) - 30);
  const part = (text: string) => {
    const shown = JSON.stringify(text.slice(start, start + 90));
    return `${start > 0 ? "…" : ""}${shown}${text.length > start + 90 ? "…" : ""}`;
  };
  return `recorded ${part(recorded)}, now ${part(now)}`;
}

/** How many characters two texts begin with alike. */
function common(a: string, b: string): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return length;
}
