import type { SandboxError } from "../errors/sandbox_error.ts";
import type { ResolvedOptions } from "../options.ts";
import { Backoff } from "../time/backoff.ts";
import { sleep } from "../time/timer.ts";
import type { HttpCall } from "./fetcher.ts";

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;

/** What decides whether a call is sent again. */
export interface Repeatable extends Pick<HttpCall, "repeat" | "signal" | "pauseSignal"> {
  readonly body?: unknown;
}

/**
 * Decides whether a call is sent again, and waits for the right moment.
 *
 * What proves that nothing ran is tried again for a while, whatever the call. What may have run is repeated only where
 * running twice is the same as once. A body that is a stream is gone after the first attempt.
 */
export class Repeats {
  readonly #policy: ResolvedOptions["retry"];
  readonly #call: Repeatable;
  readonly #started = Date.now();
  #renewed: Set<string> | undefined;
  #backoff: Backoff | undefined;
  #networkErrors = 0;

  /** Starts the clock of a call. */
  constructor(policy: ResolvedOptions["retry"], call: Repeatable) {
    this.#policy = policy;
    this.#call = call;
  }

  /** Whether anything is ever repeated. */
  get isAllowed(): boolean {
    return this.#policy !== false;
  }

  /** Whether the call can be sent more than once at all. */
  get canResend(): boolean {
    return !isOneTime(this.#call.body);
  }

  /** Whether this token is refused for the first time in this call. */
  isFirstRenewal(token: string): boolean {
    if (this.#renewed?.has(token)) return false;
    (this.#renewed ??= new Set()).add(token);
    return true;
  }

  /** Waits and answers true when the call is to be sent again. */
  async pause(error: SandboxError, nothingRan: boolean): Promise<boolean> {
    if (this.#policy === false || !this.canResend || this.#call.repeat === "never") return false;
    // Made when it is needed: most calls are never repeated.
    const pause = (this.#backoff ??= new Backoff(FIRST_PAUSE_MS, LONGEST_PAUSE_MS)).next();
    const soon = Date.now() - this.#started + pause <= this.#policy.gatewayMs;
    if (!(nothingRan && soon) && !this.#mayRunTwice(error, this.#policy.attempts)) return false;
    await sleep(pause, this.#call.pauseSignal ?? this.#call.signal);
    return true;
  }

  #mayRunTwice(error: SandboxError, attempts: number): boolean {
    if (this.#call.repeat !== "idempotent" || error.code !== "network" || !error.retryable) return false;
    return ++this.#networkErrors <= attempts;
  }
}

/** Whether a body is gone once it was sent: a stream, or what some engines take for one. */
export function isOneTime(body: unknown): boolean {
  return body instanceof ReadableStream || (typeof body === "object" && body !== null && Symbol.asyncIterator in body);
}
