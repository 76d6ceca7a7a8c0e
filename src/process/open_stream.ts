import type { CallOptions } from "../connection/call_options.ts";
import type { Connection } from "../connection/connection.ts";
import { withLimits } from "../connection/deadline.ts";
import type { RpcCall } from "../connection/transport.ts";
import { startTimer, within } from "../time/timer.ts";
import type { StreamRequest } from "./event_stream.ts";
import { ProcessStream } from "./process_stream.ts";

/** How long an abort waits for a process that is just being started, to end it. */
const ABORT_GRACE_MS = 5_000;
/** How long a start that came too late is waited for in the background. */
const LATE_START_MS = 30_000;

/**
 * Opens a stream and waits for its start event, as long as the request may take.
 *
 * A stream that is given up before its start event is not cut, which would leave a ghost in envd 0.2.10: it is kept in
 * the background until the process has started, which `late` then deals with before its stream is read to the end.
 */
export async function openStream(
  connection: Connection,
  call: RpcCall,
  request: StreamRequest,
  { signal }: CallOptions,
  late: (pid: number) => Promise<unknown>,
): Promise<ProcessStream> {
  signal?.throwIfAborted();
  const cut = new AbortController();
  const pause = new AbortController();
  const opening = ProcessStream.open(connection, call, request, cut, pause.signal);
  let failed = false;
  opening.catch(() => failed = true);
  try {
    return await withLimits({ signal, timeoutMs: call.timeoutMs, context: call }, () => opening);
  } catch (error) {
    if (failed) throw error;
    pause.abort(error);
    const ended = endLate(opening, late, cut);
    // The reason of an abort is told once the process is dead, where that is soon.
    if (signal?.aborted && "start" in request) await within(ABORT_GRACE_MS, ended);
    throw error;
  }
}

/** Ends a stream that nobody waits for any more, when it starts after all. */
async function endLate(
  opening: Promise<ProcessStream>,
  late: (pid: number) => Promise<unknown>,
  cut: AbortController,
): Promise<void> {
  const clear = startTimer(LATE_START_MS, () => cut.abort());
  try {
    const stream = await opening;
    clear();
    // What the process prints must be read while it is ended, and whatever comes of that, which nobody can be told.
    await Promise.all([late(stream.pid).catch(() => {}), stream.drain()]);
  } catch {
    // It never started.
  } finally {
    clear();
  }
}
