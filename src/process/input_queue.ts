import type { CallOptions } from "../connection/call_options.ts";
import type { Connection } from "../connection/connection.ts";
import { type Limits, withLimits } from "../connection/deadline.ts";
import type { Bytes } from "../streams/bytes.ts";
import { selectPid } from "./signals.ts";

/** A pipe holds so much: a larger piece would block the call until the process has read. */
const PIECE_BYTES = 64 * 1024;

/** Where input goes: to a pipe, or to a terminal. */
export type InputKind = "stdin" | "pty";

/** Sends input in order: the daemon does not order concurrent calls for one process. */
export class InputQueue {
  readonly #last = new Map<number, Promise<void>>();

  /** Writes to a process's standard input or terminal, after everything that was sent to it before. */
  send(
    connection: Connection,
    pid: number,
    data: Bytes,
    options: CallOptions,
    $case: InputKind = "stdin",
  ): Promise<void> {
    const process = selectPid(pid);
    const call = connection.call(`send input to process ${pid}`, "process", options);
    return this.#after(pid, { ...options, context: call, timeoutMs: call.timeoutMs }, async () => {
      for (let offset = 0; offset < data.byteLength; offset += PIECE_BYTES) {
        const value = data.subarray(offset, offset + PIECE_BYTES);
        await connection.rpc.process.sendInput(
          { process, input: { input: { $case, value } } },
          call,
          options.signal,
        );
      }
    });
  }

  /** Ends a process's standard input, after everything that was sent to it before. */
  close(connection: Connection, pid: number, options: CallOptions): Promise<void> {
    const process = selectPid(pid);
    const call = connection.call(`close the input of process ${pid}`, "process", options);
    return this.#after(pid, { ...options, context: call, timeoutMs: call.timeoutMs }, async () => {
      await connection.rpc.process.closeStdin({ process }, call, options.signal);
    });
  }

  /** Waits for its turn, no longer than the limits allow; a call that gives up, or fails, holds up nobody behind it. */
  async #after(pid: number, limits: Limits, work: () => Promise<void>): Promise<void> {
    const before = this.#last.get(pid) ?? Promise.resolve();
    const turn = withLimits(limits, () => before).then(work);
    const settled = Promise.allSettled([before, turn]).then(() => {});
    this.#last.set(pid, settled);
    void settled.then(() => {
      if (this.#last.get(pid) === settled) this.#last.delete(pid);
    });
    await turn;
  }
}
