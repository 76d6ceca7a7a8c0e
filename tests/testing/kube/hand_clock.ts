import type { FakeKubeClock } from "../../../src/testing/mod.ts";

interface Timer {
  readonly at: number;
  readonly run: () => void;
}

/** A clock that goes on when it is told to. */
export class HandClock implements FakeKubeClock {
  #now: number;
  readonly #timers = new Set<Timer>();

  constructor(start = "2026-11-21T07:09:35Z") {
    this.#now = Date.parse(start);
  }

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, run: () => void): () => void {
    const timer = { at: this.#now + milliseconds, run };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /** How many timers wait. */
  get waiting(): number {
    return this.#timers.size;
  }

  /** Goes on by some milliseconds, and does on the way what is due. */
  advance(milliseconds: number): void {
    const end = this.#now + milliseconds;
    for (;;) {
      const [next] = [...this.#timers].filter(({ at }) => at <= end).toSorted((one, other) => one.at - other.at);
      if (next === undefined) break;
      this.#now = Math.max(this.#now, next.at);
      this.#timers.delete(next);
      next.run();
    }
    this.#now = end;
  }
}
