/**
 * A queue between one producer and one consumer that knows how many bytes it holds.
 *
 * `push` never refuses: the producer looks at `isFull` and awaits `room()` before it reads on.
 */
export class BoundedQueue<T> {
  #limit: number;
  #items: { readonly item: T; readonly byteLength: number }[] = [];
  #first = 0;
  #byteLength = 0;
  #cancelled = false;
  #end: { readonly error?: unknown } | undefined;
  #waitingConsumer: (() => void) | undefined;
  #waitingProducer: (() => void) | undefined;

  /** Makes a queue that is full from so many bytes on. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Whether the consumer is gone. */
  get isCancelled(): boolean {
    return this.#cancelled;
  }

  /** Whether the producer should wait. */
  get isFull(): boolean {
    return this.#byteLength >= this.#limit && this.#end === undefined;
  }

  /** Adds an item; after the end it is dropped. */
  push(item: T, byteLength: number): void {
    if (this.#end !== undefined) return;
    this.#items.push({ item, byteLength });
    this.#byteLength += byteLength;
    this.#wakeConsumer();
  }

  /** No more items: the consumer gets what is queued, then the end. */
  close(): void {
    this.#finish({});
  }

  /** As `close`, but the end is this error. */
  fail(error: unknown): void {
    this.#finish({ error });
  }

  /** The consumer is gone: what is queued is dropped, and nothing waits for it. */
  cancel(): void {
    this.#cancelled = true;
    this.#end = {};
    this.#items = [];
    this.#first = 0;
    this.#byteLength = 0;
    this.#wakeConsumer();
    this.#wakeProducer();
  }

  /** It is never full again. */
  unbound(): void {
    this.#limit = Infinity;
    this.#wakeProducer();
  }

  /** Resolves when there is room again. */
  async room(): Promise<void> {
    while (this.isFull) await new Promise<void>((resolve) => this.#waitingProducer = resolve);
  }

  /** The next item, or undefined at the end; rejects with the error of `fail`. One call at a time. */
  async next(): Promise<T | undefined> {
    while (true) {
      const item = this.take();
      if (item !== undefined || this.isAtEnd) return item;
      await new Promise<void>((resolve) => this.#waitingConsumer = resolve);
    }
  }

  /** The next item if there is one; throws the error of `fail` behind the last. */
  take(): T | undefined {
    const entry = this.#items[this.#first];
    if (entry === undefined) {
      if (this.#end !== undefined && "error" in this.#end) throw this.#end.error;
      return undefined;
    }
    this.#items[this.#first++] = undefined!;
    this.#byteLength -= entry.byteLength;
    // A consumer that is never quite done must not leave a trail of empty places.
    if (this.#first * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#first);
      this.#first = 0;
    }
    if (this.#byteLength < this.#limit) this.#wakeProducer();
    return entry.item;
  }

  /** Whether there are no items, and no more come. */
  get isAtEnd(): boolean {
    return this.#end !== undefined && this.#items[this.#first] === undefined;
  }

  #finish(end: { readonly error?: unknown }): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    this.#wakeConsumer();
    this.#wakeProducer();
  }

  #wakeConsumer(): void {
    this.#waitingConsumer?.();
    this.#waitingConsumer = undefined;
  }

  #wakeProducer(): void {
    this.#waitingProducer?.();
    this.#waitingProducer = undefined;
  }
}
