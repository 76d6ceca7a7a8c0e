import type { Connection } from "../connection/connection.ts";
import { waitFor } from "../connection/deadline.ts";
import { failure } from "../connection/error_map/failure.ts";
import type { EventMessage, WatchDirRequest } from "../connection/rpc.ts";
import type { RpcCall } from "../connection/transport.ts";
import { isSandboxError } from "../errors/is_sandbox_error.ts";
import { sleep } from "../time/timer.ts";
import { lostWatch, watchLost, type WatchSource } from "./watch_source.ts";

/** The pauses between two questions: short while things happen, then longer and longer. */
const SHORTEST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1_000;

/** The events of a watcher that the daemon keeps, and that is asked for them again and again. */
export class WatchPolling implements WatchSource {
  readonly #connection: Connection;
  readonly #call: RpcCall;
  readonly #watcherId: string;
  readonly #closed = new AbortController();
  #pauseMs = SHORTEST_PAUSE_MS;
  /** The daemon does not know the watcher any more. */
  #gone = false;

  private constructor(connection: Connection, call: RpcCall, watcherId: string) {
    this.#connection = connection;
    this.#call = call;
    this.#watcherId = watcherId;
  }

  /** Creates the watcher, which is armed then. One whose answer is not waited for is removed when it comes. */
  static async open(
    connection: Connection,
    call: RpcCall,
    request: WatchDirRequest,
    signal: AbortSignal | undefined,
  ): Promise<WatchPolling> {
    signal?.throwIfAborted();
    const created = connection.rpc.filesystem.createWatcher(request, call).then(({ watcherId }) => {
      if (watcherId !== "") return new WatchPolling(connection, call, watcherId);
      throw failure(call, "the answer has no watcher id", { code: "protocol" }).error;
    });
    try {
      return await waitFor(created, signal);
    } catch (error) {
      created.then((watch) => watch.close()).catch(() => {});
      throw error;
    }
  }

  async next(): Promise<readonly EventMessage[]> {
    await sleep(this.#pauseMs, this.#closed.signal);
    const { filesystem } = this.#connection.rpc;
    try {
      const { events } = await filesystem.getWatcherEvents(
        { watcherId: this.#watcherId },
        this.#call,
        this.#closed.signal,
      );
      this.#pauseMs = events.length > 0 ? SHORTEST_PAUSE_MS : Math.min(LONGEST_PAUSE_MS, this.#pauseMs * 2);
      return events;
    } catch (error) {
      // A daemon that started anew knows no watcher of the one before it.
      if (!isSandboxError(error, "file_not_found")) throw watchLost(error);
      this.#gone = true;
      throw lostWatch(error.message, error.sandboxId, error);
    }
  }

  async close(): Promise<void> {
    this.#closed.abort();
    if (this.#gone) return;
    try {
      await this.#connection.rpc.filesystem.removeWatcher({ watcherId: this.#watcherId }, this.#call);
    } catch (error) {
      if (!isSandboxError(error, "file_not_found")) throw error;
    }
  }
}
