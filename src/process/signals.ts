import { Signal } from "../../gen/codec/process/process.ts";
import type { CallOptions } from "../connection/call_options.ts";
import type { Connection } from "../connection/connection.ts";
import { checkNumber } from "../errors/checks.ts";
import { isSandboxError } from "../errors/is_sandbox_error.ts";

/** The signals that the daemon can send. For others, run a `kill` command in the sandbox. */
export type ProcessSignal = "SIGTERM" | "SIGKILL";

const SIGNALS = { SIGTERM: Signal.SIGTERM, SIGKILL: Signal.SIGKILL } as const;

/** Sends a signal to one process, not to its children; false where there is none. */
export async function sendSignal(
  connection: Connection,
  pid: number,
  signal: ProcessSignal,
  options: CallOptions = {},
): Promise<boolean> {
  if (!Object.hasOwn(SIGNALS, signal)) {
    throw new TypeError(`Cannot send ${JSON.stringify(signal)}: the daemon sends SIGTERM and SIGKILL only`);
  }
  const call = connection.call(`send ${signal} to process ${pid}`, "process", options);
  try {
    const process = selectPid(pid);
    await connection.rpc.process.sendSignal({ process, signal: SIGNALS[signal] }, call, options.signal);
    return true;
  } catch (error) {
    if (isSandboxError(error, "process_not_found")) return false;
    throw error;
  }
}

/** As long as any call takes that is not told otherwise. */
const KILL_MS = 60_000;

/**
 * Kills a process that this client answers for, and that nobody else would kill. A caller's shorter limit for requests
 * says how long they wait, not that the process may be left behind on a busy machine.
 */
export async function killOwned(connection: Connection, pid: number): Promise<boolean> {
  return await sendSignal(connection, pid, "SIGKILL", { requestTimeoutMs: KILL_MS });
}

/**
 * Kills a process that is dead, for the daemon to wait no longer for whatever holds its output. Such a signal may be
 * sent again where it was lost, twice. `over` waits in between, and tells whether there is no need any more.
 */
export async function killDead(connection: Connection, pid: number, over: () => Promise<boolean>): Promise<void> {
  for (let tries = 3; tries > 0 && !await killOwned(connection, pid).then(() => true, over);) tries--;
}

/** Selects a process by its pid: the daemon's lookup by tag is unreliable in every version. */
export function selectPid(pid: number): { selector: { $case: "pid"; value: number } } {
  checkNumber("a process id", pid);
  if (!Number.isInteger(pid) || pid < 0 || pid >= 2 ** 32) {
    throw new RangeError(`Cannot use ${String(pid)} as a process id: pass an integer from 0 to 4294967295`);
  }
  return { selector: { $case: "pid", value: pid } };
}
