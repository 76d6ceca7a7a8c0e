import type { FakeKubeClock } from "./call.ts";

/** Where the events of one watch go. */
export interface Feed {
  /** Whether the client takes more just now. */
  readonly wants: boolean;
  send(line: string): void;
  /** Ends the watch, as if its time were over. */
  end(): void;
  /** Calls back when the client takes more. */
  onWant(listener: () => void): void;
  onEnd(listener: () => void): void;
  /** Calls back once, after so many milliseconds, if the watch lasts so long. */
  once(milliseconds: number, run: () => void): void;
  /** Calls back each so many milliseconds. */
  every(milliseconds: number, run: () => void): void;
}

/** How many bytes may wait for a client. */
const HIGH_WATER = 1 << 20;

/** The watches that are under way. */
export class Watches {
  readonly #open = new Set<WatchFeed>();

  /** How many there are. */
  get size(): number {
    return this.#open.size;
  }

  /** Begins a watch that ends by itself after some milliseconds. */
  open(clock: FakeKubeClock, lastsMs: number, start: (feed: Feed) => void): ReadableStream<Uint8Array<ArrayBuffer>> {
    const feed = new WatchFeed(clock);
    return new ReadableStream<Uint8Array<ArrayBuffer>>({
      start: (controller) => {
        this.#open.add(feed);
        feed.attach(controller);
        feed.onEnd(() => this.#open.delete(feed));
        feed.once(lastsMs, () => feed.end());
        start(feed);
      },
      pull: () => feed.wanted(),
      cancel: () => feed.end(),
    }, { highWaterMark: HIGH_WATER, size: (chunk) => chunk?.byteLength ?? 0 });
  }

  /** Ends all watches, with one more line where one is given. */
  endAll(line?: string): void {
    for (const feed of [...this.#open]) {
      if (line !== undefined) feed.send(line);
      feed.end();
    }
  }
}

class WatchFeed implements Feed {
  readonly #clock: FakeKubeClock;
  readonly #encoder = new TextEncoder();
  #onEnd: (() => void)[] = [];
  #onWant = () => {};
  #controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | undefined;

  constructor(clock: FakeKubeClock) {
    this.#clock = clock;
  }

  get wants(): boolean {
    return (this.#controller?.desiredSize ?? 0) > 0;
  }

  attach(controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>): void {
    this.#controller = controller;
  }

  wanted(): void {
    this.#onWant();
  }

  send(line: string): void {
    this.#controller?.enqueue(this.#encoder.encode(line));
  }

  end(): void {
    const controller = this.#controller;
    if (controller === undefined) return;
    this.#controller = undefined;
    const listeners = this.#onEnd;
    this.#onEnd = [];
    for (const listener of listeners) listener();
    try {
      controller.close();
    } catch {
      // The client cancelled: its stream is closed.
    }
  }

  onWant(listener: () => void): void {
    this.#onWant = listener;
  }

  onEnd(listener: () => void): void {
    if (this.#controller === undefined) listener();
    else this.#onEnd.push(listener);
  }

  once(milliseconds: number, run: () => void): void {
    this.onEnd(this.#clock.after(milliseconds, run));
  }

  every(milliseconds: number, run: () => void): void {
    let cancel = () => {};
    const again = () => {
      cancel = this.#clock.after(milliseconds, again);
      run();
    };
    cancel = this.#clock.after(milliseconds, again);
    this.onEnd(() => cancel());
  }
}
