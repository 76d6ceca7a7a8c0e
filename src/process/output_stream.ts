import type { Bytes } from "../streams/bytes.ts";
import { type Channel, type Chunk, type Output, QUEUE_BYTES, type Subscriber } from "./output.ts";

/**
 * One stream of output as a web stream. It subscribes with the first read, so that a stream nobody reads holds nothing
 * up.
 */
export function outputStream(output: Pick<Output, "attach">, channel: Channel): ReadableStream<Bytes> {
  let reader: StreamSubscriber | undefined;
  return new ReadableStream<Bytes>({
    pull(controller) {
      if (reader !== undefined) return reader.onEmpty();
      reader = new StreamSubscriber(controller);
      output.attach(reader, channel);
    },
    cancel() {
      reader?.cancel();
    },
  }, { highWaterMark: 0, size: (chunk) => chunk.byteLength });
}

/** Puts output straight into a web stream, whose own queue is the subscriber's. */
class StreamSubscriber implements Subscriber {
  readonly #controller: ReadableStreamDefaultController<Bytes>;
  #limit = QUEUE_BYTES;
  #cancelled = false;
  #failure: { readonly error: unknown } | undefined;
  #wake: (() => void) | undefined;

  constructor(controller: ReadableStreamDefaultController<Bytes>) {
    this.#controller = controller;
  }

  get isCancelled(): boolean {
    return this.#cancelled;
  }

  get isFull(): boolean {
    return !this.#cancelled && this.#failure === undefined && this.#queued >= this.#limit;
  }

  push({ data }: Chunk): void {
    if (!this.#cancelled) this.#controller.enqueue(data);
  }

  close(): void {
    if (!this.#cancelled) this.#controller.close();
  }

  fail(error: unknown): void {
    if (this.#cancelled) return;
    this.#failure = { error };
    // An error at once would drop what is queued.
    if (this.#queued === 0) this.#controller.error(error);
    this.#wake?.();
  }

  unbound(): void {
    this.#limit = Infinity;
    this.#wake?.();
  }

  async room(): Promise<void> {
    while (this.isFull) await new Promise<void>((resolve) => this.#wake = resolve);
  }

  /** The reader has taken everything, and waits for more. */
  onEmpty(): void {
    if (this.#failure !== undefined) this.#controller.error(this.#failure.error);
    this.#wake?.();
  }

  cancel(): void {
    this.#cancelled = true;
    this.#wake?.();
  }

  get #queued(): number {
    return -(this.#controller.desiredSize ?? 0);
  }
}
