import type { Connection } from "../connection/connection.ts";
import { withLimits } from "../connection/deadline.ts";
import { discard } from "../connection/discard.ts";
import { checkMilliseconds } from "../errors/checks.ts";
import { isSandboxError } from "../errors/is_sandbox_error.ts";
import { TimeoutError } from "../errors/timeout_error.ts";
import { Backoff } from "../time/backoff.ts";
import { sleep, startTimer } from "../time/timer.ts";
import { checkPort, portPath } from "./port_path.ts";
import type { WaitForPortOptions } from "./ports.ts";

const DEFAULT_TIMEOUT_MS = 60_000;
const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 1_000;
/** A server may take a request while it starts, and never answer it. */
const ATTEMPT_MS = 10_000;

/** What one request told: that the wait is over, or what there is instead. */
type Seen = { readonly ready: true } | { readonly ready: false; readonly seen: string; readonly cause?: unknown };

/** Asks a port again and again until it answers. */
export async function waitForPort(connection: Connection, port: number, options: WaitForPortOptions): Promise<void> {
  checkPort(port);
  const { path, signal } = options;
  const timeoutMs = checkMilliseconds("timeoutMs", options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  const target = portPath(connection, port, path ?? "/").path;
  signal?.throwIfAborted();
  const over = new AbortController();
  const clear = startTimer(timeoutMs, () => over.abort());
  const onAbort = () => over.abort();
  signal?.addEventListener("abort", onAbort, { once: true });
  const backoff = new Backoff(FIRST_PAUSE_MS, LONGEST_PAUSE_MS);
  let last: Seen = { ready: false, seen: "no answer" };
  try {
    while (true) {
      const now = await ask(connection, port, target, path !== undefined, over.signal);
      if (now?.ready) return;
      last = now ?? last;
      if (!over.signal.aborted) await sleep(backoff.next(), over.signal).catch(() => {});
      signal?.throwIfAborted();
      if (over.signal.aborted) throw tooLate(connection, port, timeoutMs, path !== undefined, last);
    }
  } finally {
    clear();
    signal?.removeEventListener("abort", onAbort);
  }
}

/** One request; undefined where it was not answered in time. Rejects with what waiting cannot mend. */
async function ask(
  connection: Connection,
  port: number,
  path: string,
  wantsSuccess: boolean,
  signal: AbortSignal,
): Promise<Seen | undefined> {
  const context = connection.context(`wait for port ${port}`);
  try {
    const { status, type } = await withLimits({ signal, timeoutMs: ATTEMPT_MS, context }, async (attempt) => {
      const init: RequestInit = { redirect: "manual", signal: attempt };
      const response = await connection.ports.send({ ...context, port, path, init });
      await discard(response);
      return response;
    });
    const isGood = !wantsSuccess || type === "opaqueredirect" || (status >= 200 && status < 400);
    return isGood ? { ready: true } : { ready: false, seen: `HTTP ${status}` };
  } catch (error) {
    if (signal.aborted) return undefined;
    if (isSandboxError(error, "request_timeout")) return { ready: false, seen: "no answer" };
    // Something listens, and speaks another protocol.
    if (!wantsSuccess && isSandboxError(error, "protocol")) return { ready: true };
    const passes = isSandboxError(error) && ["network", "gateway_not_ready", "protocol"].includes(error.code);
    if (!passes) throw error;
    return { ready: false, seen: error.message.replace(/^.*?: /, ""), cause: error };
  }
}

function tooLate(
  { options: { sandboxId } }: Connection,
  port: number,
  timeoutMs: number,
  wantsSuccess: boolean,
  last: Seen,
): TimeoutError {
  const { seen, cause } = last as Exclude<Seen, { ready: true }>;
  const missing = wantsSuccess ? "no answer with status 2xx or 3xx" : "nothing answered";
  return new TimeoutError(`Cannot wait for port ${port}: ${missing} within ${timeoutMs} ms; last seen: ${seen}`, {
    code: "wait_timeout",
    sandboxId,
    hint: "See whether the server runs; in a pod it must listen on 0.0.0.0 to be reached",
    ...(cause !== undefined && { cause }),
  });
}
