/**
 * Stands in for `@std/testing/time` where the JSR registry cannot be reached: same names and signatures, our own code.
 *
 * @module
 */

// deno-lint-ignore no-explicit-any
type Callback = (...args: any[]) => any;

interface Timer {
  readonly due: number;
  /** Time between two calls; absent for a timeout. */
  readonly every?: number;
  run(): void;
}

/** What fake time replaces, and gives back. */
const real = {
  Date: globalThis.Date,
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  setInterval: globalThis.setInterval,
  clearInterval: globalThis.clearInterval,
};
const realAbortTimeout = AbortSignal.timeout;

let active: FakeTime | undefined;

/** An error of faking time itself. */
export class TimeError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "TimeError";
  }
}

/** Options of {@linkcode FakeTime}. */
export interface FakeTimeOptions {
  /** Fake milliseconds that pass by themselves in a real one; without it, time stands still. */
  advanceRate: number;
  /** Real milliseconds between two such steps: 10. */
  advanceFrequency?: number;
}

function useReal(): void {
  Object.assign(globalThis, real);
  AbortSignal.timeout = realAbortTimeout;
}

/** Replaces `Date`, the timers and `AbortSignal.timeout` with ones that move only when told to. */
export class FakeTime {
  readonly #start: number;
  readonly #timers = new Map<number, Timer>();
  readonly #pulse: ReturnType<typeof setInterval> | undefined;
  #now: number;
  #lastId = 0;

  constructor(start?: number | string | Date | null, options?: FakeTimeOptions) {
    active?.restore();
    this.#start = start === undefined || start === null ? real.Date.now() : new real.Date(start).getTime();
    if (Number.isNaN(this.#start)) throw new TimeError(`Cannot start at ${start}`);
    this.#now = this.#start;
    const frequency = options?.advanceFrequency ?? 10;
    this.#pulse = options && options.advanceRate > 0
      ? real.setInterval(() => this.tick(options.advanceRate * frequency), frequency)
      : undefined;
    active = this;
    this.#useFake();
  }

  static restore(): void {
    if (!active) throw new TimeError("Time is already restored");
    active.restore();
  }

  static async restoreFor<T>(
    // deno-lint-ignore no-explicit-any
    callback: (...args: any[]) => Promise<T> | T,
    // deno-lint-ignore no-explicit-any
    ...args: any[]
  ): Promise<T> {
    if (!active) throw new TimeError("There is no fake time");
    const time = active;
    useReal();
    try {
      return await callback(...args);
    } finally {
      time.#useFake();
    }
  }

  get start(): number {
    return this.#start;
  }

  get now(): number {
    return this.#now;
  }

  /** Moves time on, calling what falls due in order. */
  set now(value: number) {
    if (value < this.#now) throw new RangeError("Time cannot go backwards");
    for (let next = this.#next(); next && next[1].due <= value; next = this.#next()) {
      const [id, timer] = next;
      this.#now = timer.due;
      // Deleted first, so that an interval queues behind what is due at the same time.
      this.#timers.delete(id);
      if (timer.every !== undefined) {
        this.#timers.set(id, { ...timer, due: timer.due + timer.every });
      }
      timer.run();
    }
    this.#now = value;
  }

  /** Resolves after that many milliseconds of real time. */
  delay(ms: number, options: { signal?: AbortSignal } = {}): Promise<void> {
    const { signal } = options;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const abort = () => {
        real.clearTimeout(id);
        reject(signal?.reason);
      };
      const id = real.setTimeout(() => {
        signal?.removeEventListener("abort", abort);
        resolve();
      }, ms);
      signal?.addEventListener("abort", abort, { once: true });
    });
  }

  async runMicrotasks(): Promise<void> {
    await this.delay(0);
  }

  tick(ms = 0): void {
    this.now += ms;
  }

  async tickAsync(ms = 0): Promise<void> {
    await this.runMicrotasks();
    this.now += ms;
  }

  next(): boolean {
    const next = this.#next();
    if (next) this.now = next[1].due;
    return next !== undefined;
  }

  async nextAsync(): Promise<boolean> {
    await this.runMicrotasks();
    return this.next();
  }

  runAll(): void {
    while (this.next());
  }

  async runAllAsync(): Promise<void> {
    while (this.#timers.size > 0) await this.nextAsync();
  }

  restore(): void {
    if (active !== this) throw new TimeError("Time is already restored");
    active = undefined;
    useReal();
    real.clearInterval(this.#pulse);
  }

  [Symbol.dispose](): void {
    this.restore();
  }

  #next(): [number, Timer] | undefined {
    let first: [number, Timer] | undefined;
    for (const entry of this.#timers) if (!first || entry[1].due < first[1].due) first = entry;
    return first;
  }

  #add(callback: Callback, delay: number, args: unknown[], repeat: boolean): number {
    const ms = Math.max(repeat ? 1 : 0, Math.floor(Number(delay)) || 0);
    const id = ++this.#lastId;
    const timer = { due: this.#now + ms, run: () => callback(...args) };
    this.#timers.set(id, repeat ? { ...timer, every: ms } : timer);
    return id;
  }

  #useFake(): void {
    const clear = (id?: unknown) => void this.#timers.delete(Number(id));
    const now = () => this.#now;
    Object.assign(globalThis, {
      Date: new Proxy(real.Date, {
        apply: () => new real.Date(now()).toString(),
        construct: (target, args, newTarget) => Reflect.construct(target, args.length > 0 ? args : [now()], newTarget),
        get: (target, key) => key === "now" ? now : Reflect.get(target, key),
      }),
      setTimeout: (callback: Callback, delay = 0, ...args: unknown[]) => this.#add(callback, delay, args, false),
      setInterval: (callback: Callback, delay = 0, ...args: unknown[]) => this.#add(callback, delay, args, true),
      clearTimeout: clear,
      clearInterval: clear,
    });
    AbortSignal.timeout = (delay) => {
      const controller = new AbortController();
      const reason = new DOMException("Signal timed out.", "TimeoutError");
      this.#add(() => controller.abort(reason), delay, [], false);
      return controller.signal;
    };
  }
}
