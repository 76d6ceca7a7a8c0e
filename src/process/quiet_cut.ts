import { startTimer } from "../connection/deadline.ts";
import type { ProcessStream } from "./process_stream.ts";

const QUIET_MS = 10_000;
const JITTER_MS = 3_000;

/**
 * Closes a stream that nobody wants any more, once it was silent long enough. Closing it at the moment output resumes
 * kills envd 0.2.10; the jitter keeps it out of step with a process that prints every so often.
 */
export class QuietCut {
  readonly #stream: ProcessStream;
  #clear: () => void = () => {};

  /** Starts to wait for silence. */
  constructor(stream: ProcessStream) {
    this.#stream = stream;
    this.restart();
  }

  /** Something arrived. */
  restart(): void {
    this.#clear();
    this.#clear = startTimer(QUIET_MS + Math.random() * JITTER_MS, () => this.#stream.cut());
  }

  /** The stream has ended. */
  stop(): void {
    this.#clear();
  }
}

/** Reads a stream that nobody wants any more: to its end, or until it was silent long enough to be closed. */
export async function drainUntilQuiet(stream: ProcessStream): Promise<void> {
  const quiet = new QuietCut(stream);
  try {
    while ((await stream.next()).case !== "end") quiet.restart();
  } catch {
    // Cut, or lost: either way it is over.
  } finally {
    quiet.stop();
  }
}
