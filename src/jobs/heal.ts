import type { Connection } from "../connection/connection.ts";
import { isSandboxError } from "../errors/is_sandbox_error.ts";
import { Backoff } from "../time/backoff.ts";
import { sleep } from "../time/timer.ts";

/** How long a job is followed while nothing can be reached: a daemon may take its time to come back. */
const PATIENCE_MS = 60_000;
const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 2_000;

/** Decides whether what failed is tried again, and waits for the right moment. */
export class Healing {
  #attempts: number;
  readonly #signal: AbortSignal | undefined;
  readonly #backoff = new Backoff(FIRST_PAUSE_MS, LONGEST_PAUSE_MS);
  #failingSince: number | undefined;

  /** For one caller, whose signal ends the pauses. `few`: as often as any request is tried. */
  constructor({ options: { retry } }: Connection, signal: AbortSignal | undefined, how: "few" | "long") {
    this.#attempts = retry === false ? 0 : how === "few" ? retry.attempts : Infinity;
    this.#signal = signal;
  }

  /** Something has arrived. */
  progress(): void {
    this.#failingSince = undefined;
    this.#backoff.reset();
  }

  /** Waits before the next try, or throws the error where there is none. */
  async pause(error: unknown): Promise<void> {
    this.#signal?.throwIfAborted();
    const now = Date.now();
    this.#failingSince ??= now;
    const over = now - this.#failingSince + this.#backoff.mostMs > PATIENCE_MS;
    if (over || this.#attempts-- <= 0 || !isPassing(error)) throw error;
    await sleep(this.#backoff.next(), this.#signal);
  }

  /** Does what can be done twice, until it succeeds or it is time to give up. */
  async repeat<T>(work: () => Promise<T>, again: () => void = () => {}): Promise<T> {
    while (true) {
      try {
        const result = await work();
        this.progress();
        return result;
      } catch (error) {
        await this.pause(error);
        again();
      }
    }
  }
}

/** Whether an error is one of the way to the sandbox, and not of what was asked there. */
function isPassing(error: unknown): boolean {
  if (!isSandboxError(error)) return false;
  return error.retryable || error.code === "network" || error.code === "disconnected" ||
    error.code === "sandbox_not_running" || error.code === "gateway_not_ready";
}
