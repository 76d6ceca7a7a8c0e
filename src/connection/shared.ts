import { waitFor } from "./deadline.ts";

/**
 * An answer that concurrent callers ask for once and share. One that failed is asked for again by the next caller, and
 * so is one that a caller gave up waiting for: it may never come.
 */
export class Shared<T> {
  readonly #ask: () => Promise<T>;
  #answer: Promise<T> | undefined;
  #known = false;

  /** Makes a shared answer; `ask` gets it. */
  constructor(ask: () => Promise<T>) {
    this.#ask = ask;
  }

  /** The answer. The signal ends only this caller's wait. */
  async get(signal?: AbortSignal | undefined): Promise<T> {
    const answer = this.#answer ??= this.#start();
    try {
      return await waitFor(answer, signal);
    } catch (error) {
      if (this.#answer === answer && !this.#known) this.forget();
      throw error;
    }
  }

  /** Asks anew the next time. */
  forget(): void {
    this.#answer = undefined;
    this.#known = false;
  }

  #start(): Promise<T> {
    const answer = this.#ask();
    answer.then(() => this.#known ||= this.#answer === answer, () => {
      if (this.#answer === answer) this.forget();
    });
    return answer;
  }
}
