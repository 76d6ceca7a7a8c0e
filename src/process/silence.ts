import { startTimer } from "../time/timer.ts";

/** How long a silence must be: so many ticks of a timer. */
export interface SilenceLimit {
  readonly tickMs: number;
  readonly ticks: number;
}

/**
 * Notices that nothing came for so many ticks while something was waited for.
 *
 * It counts ticks and reads no clock: what holds this program up, or sends the machine to sleep, holds up the ticks as
 * well as what they watch for.
 */
export class Silence {
  readonly #limit: SilenceLimit;
  readonly #onSilence: () => void;
  #waiting = false;
  #ticks = 0;
  #clear: () => void = () => {};

  /** Starts to tick; `onSilence` is called once. */
  constructor(limit: SilenceLimit, onSilence: () => void) {
    this.#limit = limit;
    this.#onSilence = onSilence;
    this.restart();
  }

  /** Waiting begins. */
  wait(): void {
    this.#waiting = true;
    this.#ticks = 0;
  }

  /** Something came, and nothing is waited for. */
  rest(): void {
    this.#waiting = false;
  }

  /** Ticks again after a silence. */
  restart(): void {
    this.stop();
    this.#ticks = 0;
    this.#tick();
  }

  /** Ticks no more. */
  stop(): void {
    this.#clear();
  }

  #tick(): void {
    this.#clear = startTimer(this.#limit.tickMs, () => {
      if (this.#waiting && ++this.#ticks >= this.#limit.ticks) this.#onSilence();
      else this.#tick();
    });
  }
}

/**
 * Closes a stream that nobody wants any more, once it was silent for 10 s. Closing it at the moment output resumes
 * kills envd 0.2.10; the jitter keeps it out of step with a process that prints every so often.
 */
export function cutWhenSilent(cut: () => void): Silence {
  return new Silence({ tickMs: 2_000 + Math.random() * 600, ticks: 6 }, cut);
}

/** Reads a stream that nobody wants any more until it ends, or can be closed without harm. */
export async function drain(stream: { next(): Promise<{ done?: boolean | undefined }>; cut(): void }): Promise<void> {
  const silence = cutWhenSilent(() => stream.cut());
  try {
    do silence.wait(); while (!(await stream.next()).done);
  } catch {
    // Cut, or lost: either way it is over.
  } finally {
    silence.stop();
  }
}
