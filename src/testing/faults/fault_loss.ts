import { type Part, statusOf } from "./http_framing.ts";

/** Finds the moment to lose an answer: when the request is through, or the target has answered without asking for it. */
export class Loss {
  /** The client sends the content once it is told to. */
  #waits = false;
  #through = false;
  #answered = false;

  /** A part of the request has gone over. */
  request({ head, last }: Part): void {
    this.#waits = head?.header("expect")?.toLowerCase() === "100-continue" && !last;
    this.#through ||= last;
  }

  /** A part of the answer has come. True where it is an interim one, which is not what gets lost. */
  answer({ head }: Part): boolean {
    const status = head === undefined ? 0 : statusOf(head);
    if (status >= 100 && status < 200 && status !== 101) {
      if (status === 100) this.#waits = false;
      return true;
    }
    this.#answered = true;
    return false;
  }

  /** Whether the answer proper has begun. */
  get isAnswered(): boolean {
    return this.#answered;
  }

  /** Whether nothing more of the request is to come. */
  get isDue(): boolean {
    return this.#answered && (this.#through || this.#waits);
  }
}
