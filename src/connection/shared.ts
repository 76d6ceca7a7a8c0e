import { waitFor } from "./deadline.ts";

/** What was asked for, and by how many who still wait. */
interface Asked<T> {
  readonly answer: Promise<T>;
  readonly controller: AbortController;
  waiting: number;
  known: boolean;
}

/**
 * An answer that concurrent callers ask for once and share. One that failed is asked for again by the next caller, and
 * so is one that a caller gave up waiting for: it may never come. Where all gave up, asking ends.
 */
export class Shared<T> {
  readonly #ask: (signal: AbortSignal) => Promise<T>;
  #asked: Asked<T> | undefined;

  /** Makes a shared answer; `ask` gets it. Its signal aborts when nobody waits any more. */
  constructor(ask: (signal: AbortSignal) => Promise<T>) {
    this.#ask = ask;
  }

  /** The answer. The signal ends only this caller's wait. */
  async get(signal?: AbortSignal | undefined): Promise<T> {
    const asked = this.#asked ??= this.#start();
    asked.waiting++;
    try {
      return await waitFor(asked.answer, signal);
    } catch (error) {
      if (this.#asked === asked && !asked.known) this.forget();
      throw error;
    } finally {
      if (--asked.waiting === 0 && !asked.known) end(asked.controller);
    }
  }

  /** Asks anew the next time. */
  forget(): void {
    this.#asked = undefined;
  }

  #start(): Asked<T> {
    const controller = new AbortController();
    const asked: Asked<T> = { answer: this.#ask(controller.signal), controller, waiting: 0, known: false };
    asked.answer.then(() => asked.known = true, () => {
      if (this.#asked === asked) this.forget();
    });
    return asked;
  }
}

function end(controller: AbortController): void {
  try {
    controller.abort();
  } catch {
    // A Worker's request may not end what another one began.
  }
}
