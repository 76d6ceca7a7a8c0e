import type { Connection } from "../connection/connection.ts";
import { withLimits } from "../connection/deadline.ts";
import { failure } from "../connection/error_map/failure.ts";
import type { EventMessage, WatchDirRequest, WatchMessage } from "../connection/rpc.ts";
import type { RpcCall } from "../connection/transport.ts";
import { PING_SECONDS } from "../process/event_stream.ts";
import { Silence } from "../process/silence.ts";
import { lostWatch, watchLost, type WatchSource } from "./watch_source.ts";

/** Three pings were missed, whenever the waiting began between two ticks. */
const THREE_PINGS = { tickMs: (PING_SECONDS + 2) * 1000, ticks: 4 };

/** The events of a `WatchDir` stream. Unlike the streams of processes it may be cut at any moment. */
export class WatchStream implements WatchSource {
  readonly #call: RpcCall;
  readonly #messages: AsyncIterator<WatchMessage>;
  readonly #cut: (reason: unknown) => void;
  readonly #silence: Silence;
  /** Why nothing more comes. */
  #ended: { readonly reason: unknown } | undefined;

  private constructor(call: RpcCall, messages: AsyncIterator<WatchMessage>, cut: (reason: unknown) => void) {
    this.#call = call;
    this.#messages = messages;
    this.#cut = cut;
    this.#silence = new Silence(THREE_PINGS, () => {
      this.#end(lostWatch(`Cannot ${call.what}: no sign of life for three pings`, call.sandboxId));
    });
  }

  /** Opens the stream and waits until the watch is armed. */
  static async open(
    connection: Connection,
    call: RpcCall,
    request: WatchDirRequest,
    signal: AbortSignal | undefined,
  ): Promise<WatchStream> {
    const aborter = new AbortController();
    let messages: AsyncIterator<WatchMessage> | undefined;
    const cut = (reason: unknown) => {
      // First: on Deno an abort while a read waits now and then leaves the connection open.
      void messages?.return?.();
      aborter.abort(reason);
    };
    const options = { signal: aborter.signal, headers: { "keepalive-ping-interval": String(PING_SECONDS) } };
    try {
      return await withLimits({ signal, timeoutMs: call.timeoutMs, context: call }, async (ended) => {
        ended.addEventListener("abort", () => cut(ended.reason), { once: true });
        messages = await connection.rpc.filesystem.watchDir(request, call, options);
        const { done, value } = await messages.next();
        if (!done && value.event?.$case === "start") return new WatchStream(call, messages, cut);
        const first = done ? "no" : `a ${value.event?.$case ?? "nameless"} event before the`;
        throw failure(call, `the answer has ${first} start event`, { code: "protocol" }).error;
      });
    } catch (error) {
      cut(error);
      throw error;
    }
  }

  async next(): Promise<readonly EventMessage[]> {
    const { done, value } = await this.#next();
    if (done) throw this.#why(lostWatch(`Cannot ${this.#call.what}: the stream ended`, this.#call.sandboxId));
    switch (value.event?.$case) {
      case "filesystem":
        return [value.event.value];
      case "start":
        throw failure(this.#call, "the answer has a second start event", { code: "protocol" }).error;
      default:
        return [];
    }
  }

  async #next(): Promise<IteratorResult<WatchMessage>> {
    this.#silence.wait();
    try {
      return await this.#messages.next();
    } catch (error) {
      throw this.#why(watchLost(error));
    } finally {
      this.#silence.rest();
    }
  }

  /** The reason of an end that was made here, which a stream that was given up for it tells as it likes. */
  #why(otherwise: unknown): unknown {
    return this.#ended === undefined ? otherwise : this.#ended.reason;
  }

  close(): Promise<void> {
    this.#end(undefined);
    return Promise.resolve();
  }

  #end(reason: unknown): void {
    this.#ended ??= { reason };
    this.#silence.stop();
    this.#cut(reason);
  }
}
