import type { Connection } from "../connection/connection.ts";
import type { WatchDirRequest } from "../connection/rpc.ts";
import type { RpcCall } from "../connection/transport.ts";
import { isSandboxError } from "../errors/is_sandbox_error.ts";
import { startTimer } from "../time/timer.ts";
import { WatchPolling } from "./watch_polling.ts";
import type { WatchSource } from "./watch_source.ts";
import { WatchStream } from "./watch_stream.ts";

/** So long a stream may take to show its first event, before the other form is tried as well. */
const HELD_UP_MS = 5_000;

/** Sandboxes whose streams do not get through, by what all views of a client share. */
const withoutStreams = new WeakSet<object>();

/**
 * Opens a stream; or asks again and again, where something on the way refuses streams or holds them back until they end.
 *
 * It is found out by trying: a stream that is refused as a call (404, 405, 415, 501, `unimplemented`), or whose first
 * event does not come for a while in which a plain call is answered. This is remembered.
 */
export async function openEither(
  connection: Connection,
  call: RpcCall,
  request: WatchDirRequest,
  signal: AbortSignal | undefined,
): Promise<WatchSource> {
  const poll = (signal: AbortSignal | undefined) => WatchPolling.open(connection, call, request, signal);
  const { capabilities } = connection;
  if (withoutStreams.has(capabilities)) return await poll(signal);
  const trying = new AbortController();
  const onAbort = () => trying.abort(signal!.reason);
  signal?.throwIfAborted();
  signal?.addEventListener("abort", onAbort, { once: true });
  let clear = () => {};
  const heldUp = new Promise<void>((resolve) => {
    clear = startTimer(Math.min(HELD_UP_MS, call.timeoutMs / 2 || HELD_UP_MS), resolve);
  });
  const tried: Promise<WatchSource>[] = [];
  let winner: WatchSource | undefined;
  try {
    const stream = attempt(tried, WatchStream.open(connection, call, request, trying.signal));
    winner = await Promise.race([stream, heldUp]) ?? await Promise.race([
      stream,
      // Where polling fails, the stream has the rest of its time.
      attempt(tried, poll(trying.signal)).catch(() => stream),
    ]);
  } catch (error) {
    if (!isSandboxError(error, "unsupported")) throw error;
    winner = await attempt(tried, poll(trying.signal));
  } finally {
    clear();
    signal?.removeEventListener("abort", onAbort);
    trying.abort();
    for (const other of tried) other.then((source) => source === winner ? undefined : source.close()).catch(() => {});
  }
  if (winner instanceof WatchPolling) withoutStreams.add(capabilities);
  return winner;
}

/** Keeps an attempt, which may be left to itself. */
function attempt(tried: Promise<WatchSource>[], source: Promise<WatchSource>): Promise<WatchSource> {
  tried.push(source);
  return source;
}
