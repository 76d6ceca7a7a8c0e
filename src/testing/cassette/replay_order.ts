// The clock of this machine, also where a test has put another one in its place: that one may stand still.
const { setTimeout, clearTimeout } = globalThis;
const performanceNow = performance.now.bind(performance);

/**
 * Which requests have been sent. What an answer brought after a request was sent, it brings again only after that: a
 * program sees what it did take effect, although nothing takes time.
 */
export class Order {
  readonly #sent: boolean[];
  readonly #waiting = new Set<() => void>();

  /** Waits for so many requests. */
  constructor(exchanges: number) {
    this.#sent = new Array<boolean>(exchanges).fill(false);
  }

  /** A request was sent. */
  send(index: number): void {
    this.#sent[index] = true;
    for (const look of this.#waiting) look();
  }

  /** Resolves with true when all requests behind `index`, up to `last`, were sent, or with false when time is over. */
  async wait(index: number, last: number, milliseconds: number, signal: AbortSignal): Promise<boolean> {
    const isReady = () => !this.#sent.slice(index + 1, last + 1).includes(false);
    if (isReady()) return true;
    let look = () => {};
    const ready = new Promise<void>((resolve) => look = () => isReady() && resolve());
    this.#waiting.add(look);
    try {
      await pause(milliseconds, signal, ready);
      return isReady();
    } finally {
      this.#waiting.delete(look);
    }
  }
}

/** Milliseconds of the real clock. */
export function now(): number {
  return performanceNow();
}

/** Waits so long, or until something else resolves; rejects with the reason of the signal. */
export async function pause(milliseconds: number, signal?: AbortSignal, sooner?: Promise<void>): Promise<void> {
  signal?.throwIfAborted();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let onAbort = () => {};
  const over = new Promise<void>((resolve, reject) => {
    // What no timer can count is for ever.
    if (milliseconds < 2 ** 31) timer = setTimeout(resolve, milliseconds);
    onAbort = () => reject(signal!.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
  try {
    await (sooner === undefined ? over : Promise.race([over, sooner]));
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}
