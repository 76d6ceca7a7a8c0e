import type { Clock } from "./limits.ts";

const FIRST_MS = 800;
const MOST_MS = 30_000;

/** Delays that double, from 0.8 s to 30 s, each lengthened at random to up to twice: so clients do not come in step. */
export class Backoff {
  readonly #clock: Clock;
  #next = FIRST_MS;

  /** Begins with the shortest delay. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The next delay in milliseconds. */
  next(most: number = MOST_MS): number {
    const delay = Math.min(this.#next, most);
    this.#next = Math.min(this.#next * 2, MOST_MS);
    return delay * (1 + this.#clock.random());
  }

  /** All is well again. */
  reset(): void {
    this.#next = FIRST_MS;
  }
}
