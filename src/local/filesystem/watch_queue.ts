import { Code, ConnectError } from "@connectrpc/connect";
import type { TreeEvent, TreeListener } from "./watch_tree.ts";

/** What a queue gives while its stream lasts: events, and undefined after a time without one. */
export type Arrival = TreeEvent | undefined;

/** The events of a watched tree that nobody has fetched yet. */
export class WatchQueue implements TreeListener {
  readonly #limit: number;
  #events: TreeEvent[] = [];
  #failure: ConnectError | undefined;
  #isClosed = false;
  #wake: () => void = () => {};

  /** Makes one that fails when it would hold more than so many events. */
  constructor(limit: number = Infinity) {
    this.#limit = limit;
  }

  event(event: TreeEvent): void {
    if (this.#failure) return;
    if (this.#events.length >= this.#limit) return this.failed("fsnotify: queue or buffer overflow");
    this.#events.push(event);
    this.#wake();
  }

  failed(words: string): void {
    this.fail(new ConnectError(`watcher error: ${words}`, Code.Internal));
  }

  /** After the events that are there comes this error. */
  fail(error: ConnectError): void {
    this.#failure ??= error;
    this.#wake();
  }

  /** Nobody fetches any more. */
  close(): void {
    this.#isClosed = true;
    this.#wake();
  }

  /**
   * Takes all events.
   *
   * @throws {ConnectError} every time, once the watch has failed
   */
  drain(): TreeEvent[] {
    if (this.#failure) throw this.#failure;
    return this.#events.splice(0);
  }

  /** The events as they come. */
  async *read(silenceMs: number): AsyncGenerator<Arrival, void> {
    while (!this.#isClosed) {
      const events = this.#events.splice(0);
      if (events.length > 0) yield* events;
      else if (this.#failure) throw this.#failure;
      else if (!await this.#arrival(silenceMs)) yield undefined;
    }
  }

  /** Waits; false when only time has passed. */
  async #arrival(timeoutMs: number): Promise<boolean> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const arrived = await new Promise<boolean>((resolve) => {
      this.#wake = () => resolve(true);
      timer = setTimeout(() => resolve(false), timeoutMs);
    });
    this.#wake = () => {};
    clearTimeout(timer);
    return arrived;
  }
}
