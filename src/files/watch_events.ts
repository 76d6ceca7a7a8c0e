import type { CallContext } from "../connection/error_map/failure.ts";
import { NotFoundError } from "../errors/not_found_error.ts";
import { BoundedQueue } from "../streams/bounded_queue.ts";
import type { WatchEvent, WatchHandle } from "./watch_handle.ts";
import { watchEvent, type WatchSource } from "./watch_source.ts";

/** How many bytes of events wait for their reader, before the source waits. */
const QUEUE_BYTES = 4 * 1024 * 1024;
/** What an event takes besides its texts. */
const EVENT_BYTES = 64;

/** What a watch is told beside its source. */
export interface WatchContext extends CallContext {
  /** The watched directory: absolute, and without a slash at its end. */
  readonly root: string;
  /** Ends the watch. */
  readonly signal?: AbortSignal | undefined;
}

/** The events of a source, fetched as far as they fit into a queue. */
export class Watch implements WatchHandle {
  readonly #source: WatchSource;
  readonly #context: WatchContext;
  readonly #queue = new BoundedQueue<WatchEvent>(QUEUE_BYTES);
  readonly #onAbort = () => {
    this.#isAborted = true;
    void this.stop().catch(() => {});
  };
  /** Set once nothing more is fetched. */
  #closing: Promise<void> | undefined;
  #isRead = false;
  #isAborted = false;

  /** Begins to fetch. */
  constructor(source: WatchSource, context: WatchContext) {
    this.#source = source;
    this.#context = context;
    context.signal?.addEventListener("abort", this.#onAbort, { once: true });
    if (context.signal?.aborted) this.#onAbort();
    void this.#fetch();
  }

  stop(): Promise<void> {
    this.#queue.cancel();
    return this.#close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  [Symbol.asyncIterator](): AsyncIterator<WatchEvent, undefined> {
    if (this.#isRead) throw new TypeError("Cannot iterate a watch twice: its events go to one reader");
    this.#isRead = true;
    let over = false;
    let turn: Promise<unknown> = Promise.resolve();
    const next = async (): Promise<IteratorResult<WatchEvent, undefined>> => {
      try {
        const value = over ? undefined : await this.#queue.next();
        if (value !== undefined) return { done: false, value };
        if (!over && this.#isAborted) this.#context.signal?.throwIfAborted();
      } catch (error) {
        over = true;
        throw error;
      }
      over = true;
      return { done: true, value: undefined };
    };
    return {
      // Whoever asks twice at once gets one event after the other.
      next: () => {
        const result = turn.then(next);
        turn = result.catch(() => {});
        return result;
      },
      return: async () => {
        over = true;
        // A loop that is left has something else to tell than that the sandbox was not reached.
        await this.stop().catch(() => {});
        return { done: true, value: undefined };
      },
    };
  }

  async #fetch(): Promise<void> {
    try {
      while (this.#closing === undefined) {
        for (const message of await this.#source.next()) {
          const event = watchEvent(message, this.#context.root, this.#context);
          this.#queue.push(event, EVENT_BYTES + 2 * (event.name.length + event.path.length));
          if (event.name === "." && (event.type === "remove" || event.type === "rename")) throw this.#gone(event.type);
        }
        if (this.#queue.isFull) await this.#queue.room();
      }
    } catch (error) {
      this.#queue.fail(error);
      await this.#close().catch(() => {});
    }
  }

  #close(): Promise<void> {
    this.#context.signal?.removeEventListener("abort", this.#onAbort);
    return this.#closing ??= this.#source.close();
  }

  /** The daemon keeps such a watch for ever, and it tells nothing more. */
  #gone(type: "remove" | "rename"): NotFoundError {
    return new NotFoundError(`Cannot ${this.#context.what}: the directory was ${type}d`, {
      code: "file_not_found",
      sandboxId: this.#context.sandboxId,
    });
  }
}
