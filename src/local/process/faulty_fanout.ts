import type { LocalRuntimeBug } from "../bugs.ts";
import { Fanout } from "./fanout.ts";
import { type ProcessEvent, Subscription } from "./subscription.ts";

/** So many ticks after output was sent, a cut still meets it. Ticks, because a busy process sends late. */
const SENDING = { tickMs: 50, ticks: 2 };
/** The longest delay of a timer: 24 days. */
const NEVER_MS = 2 ** 31 - 1;

/** The fan-out of a daemon that has bugs. */
export class FaultyFanout extends Fanout {
  readonly #bugs: ReadonlySet<LocalRuntimeBug>;
  readonly #crash: () => void;
  readonly #queueLength: number | undefined;
  #started = false;
  /** B2: it waits for ever for one who has gone. */
  #stuck = false;
  /** B4: nobody will reap the process. */
  #ghost = false;

  constructor(bugs: ReadonlySet<LocalRuntimeBug>, crash: () => void) {
    super();
    this.#bugs = bugs;
    this.#crash = crash;
    this.#queueLength = bugs.has("B2") || bugs.has("B6") ? 1 : undefined;
  }

  override subscribe(first: ProcessEvent, signal: AbortSignal): Subscription {
    if (this.#stuck) return super.subscribe(first, signal, new Unanswered());
    const isStarter = !this.#started;
    this.#started = true;
    const watched: Watched = new Watched(this.#queueLength, {
      onLeave: () => this.#left(watched, isStarter),
      onExpire: () => this.#cut(watched),
    });
    return super.subscribe(first, signal, watched);
  }

  override publish(event: ProcessEvent): Promise<unknown> | undefined {
    return this.#stuck ? new Promise(() => {}) : super.publish(event);
  }

  override end(event: ProcessEvent, retire: () => void): void {
    if (!this.#stuck && !this.#ghost) super.end(event, retire);
  }

  #left(subscription: Watched, isStarter: boolean): void {
    this.#cut(subscription);
    if (this.#bugs.has("B2") && subscription.isWaitedFor) this.#stuck = true;
    if (this.#bugs.has("B4") && isStarter && !subscription.hasBegun) this.#ghost = true;
  }

  #cut(subscription: Watched): void {
    if (this.#bugs.has("B1") && subscription.isCarrying) this.#crash();
  }
}

/** A subscription that knows what is on its way. */
class Watched extends Subscription {
  readonly #told: { readonly onLeave: () => void; readonly onExpire: () => void };
  #hasBegun = false;
  #waiting = 0;
  #isSending = false;
  #ticksLeft = 0;
  #ticker: ReturnType<typeof setInterval> | undefined;

  constructor(length: number | undefined, told: { onLeave: () => void; onExpire: () => void }) {
    super(length);
    this.#told = told;
  }

  /** Whether the first event was sent. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  /** Whether output is there that its reader has not taken. */
  get isWaitedFor(): boolean {
    return this.#waiting > 0;
  }

  /** Whether output is being sent. Behind the last of a process nothing is. */
  get isCarrying(): boolean {
    return this.#waiting > 0 || this.#isSending || (this.#ticksLeft > 0 && !this.isFinished);
  }

  override push(event: ProcessEvent): Promise<void> | undefined {
    if (isOutput(event) && !this.isFinished) this.#waiting++;
    return super.push(event);
  }

  override async *read(keepaliveMs: number): AsyncGenerator<ProcessEvent, void> {
    for await (const event of super.read(keepaliveMs)) {
      const output = isOutput(event);
      if (output) this.#waiting--;
      this.#isSending = output;
      // Its reader comes back when the socket has taken the event.
      yield event;
      this.#isSending = false;
      this.#hasBegun = true;
      if (output) this.#sent();
    }
  }

  override expire(): void {
    this.#told.onExpire();
    super.expire();
  }

  override close(): void {
    this.#told.onLeave();
    clearInterval(this.#ticker);
    super.close();
  }

  #sent(): void {
    this.#ticksLeft = SENDING.ticks;
    this.#ticker ??= setInterval(() => {
      if (--this.#ticksLeft > 0) return;
      clearInterval(this.#ticker);
      this.#ticker = undefined;
    }, SENDING.tickMs);
  }
}

/** The subscription of one who comes when nobody is served any more. */
class Unanswered extends Subscription {
  override push(): undefined {}

  override read(): AsyncGenerator<ProcessEvent, void> {
    return super.read(NEVER_MS);
  }
}

function isOutput({ event }: ProcessEvent): boolean {
  return event?.case === "data";
}
