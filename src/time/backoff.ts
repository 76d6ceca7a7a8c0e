/**
 * The pauses between tries at what failed: each at most twice as long as the one before, up to a limit, and shorter at
 * random, by half at most, so that many clients do not come back at once.
 */
export class Backoff {
  readonly #firstMs: number;
  readonly #longestMs: number;
  readonly #random: () => number;
  #nextMs: number;

  /** Begins with the shortest pause, in milliseconds. `random` gives numbers from 0 up to 1, without 1. */
  constructor(firstMs: number, longestMs: number, random: () => number = Math.random) {
    this.#firstMs = firstMs;
    this.#longestMs = longestMs;
    this.#random = random;
    this.#nextMs = firstMs;
  }

  /** The most that the next pause can be, in milliseconds. */
  get mostMs(): number {
    return this.#nextMs;
  }

  /** The next pause in milliseconds. `limitMs` is for this one alone. */
  next(limitMs: number = Infinity): number {
    const longest = Math.min(this.#nextMs, limitMs);
    this.#nextMs = Math.min(this.#nextMs * 2, this.#longestMs);
    return longest * (0.5 + this.#random() / 2);
  }

  /** All is well again: the next pause is as short as the first. */
  reset(): void {
    this.#nextMs = this.#firstMs;
  }
}
