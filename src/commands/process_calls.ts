import type { CallOptions } from "../connection/call_options.ts";
import type { Connection } from "../connection/connection.ts";
import { withLimits } from "../connection/deadline.ts";
import { UnsupportedError } from "../errors/unsupported_error.ts";
import { endTree } from "../process/end_tree.ts";
import type { InputQueue } from "../process/input_queue.ts";
import { type ProcessSignal, selectPid, sendSignal } from "../process/signals.ts";
import { unwrap } from "../process/wrapper.ts";
import type { Bytes } from "../streams/bytes.ts";
import type { KillOptions } from "./command_handle.ts";
import type { ProcessInfo } from "./commands.ts";
import { checkKill } from "./kill_options.ts";

/** The daemon's unary calls about processes. */
export class ProcessCalls {
  readonly #connection: Connection;
  readonly #input: InputQueue;

  constructor(connection: Connection, input: InputQueue) {
    this.#connection = connection;
    this.#input = input;
  }

  get sandboxId(): string | undefined {
    return this.#connection.options.sandboxId;
  }

  async list(options: CallOptions): Promise<ProcessInfo[]> {
    const call = this.#connection.call("list processes", "process", options);
    const { processes } = await this.#connection.rpc.process.list({}, call, options.signal);
    return processes.map(({ pid, tag, config }) => ({
      pid,
      ...(tag !== undefined && { tag }),
      ...unwrap(config ?? { cmd: "", args: [] }),
      envs: { ...config?.envs },
      ...(config?.cwd !== undefined && { cwd: config.cwd }),
    }));
  }

  sendSignal(pid: number, signal: ProcessSignal, options: CallOptions): Promise<boolean> {
    return sendSignal(this.#connection, pid, signal, options);
  }

  /** Kills a process, or a whole tree. */
  async kill(pid: number, options: KillOptions): Promise<boolean> {
    const graceMs = checkKill(options);
    if (graceMs === undefined) return await this.sendSignal(pid, "SIGKILL", options);
    selectPid(pid);
    return await this.killing(pid, graceMs, options, async () => {
      const { found, problem } = await endTree(this.#connection, pid, { graceMs });
      if (problem !== undefined) throw problem;
      return found;
    });
  }

  /** Waits for the end of a tree no longer than the options allow, beside its grace. That goes on all the same. */
  async killing(
    pid: number,
    graceMs: number,
    { signal, ...options }: KillOptions,
    kill: () => Promise<boolean>,
  ): Promise<boolean> {
    const context = this.#connection.call(`kill the process tree of ${pid}`, "process", options);
    const timeoutMs = context.timeoutMs === 0 ? 0 : context.timeoutMs + graceMs;
    return await withLimits({ signal, timeoutMs, context }, kill);
  }

  async sendStdin(pid: number, data: string | Uint8Array, options: CallOptions): Promise<void> {
    if (typeof data !== "string" && !(data instanceof Uint8Array)) {
      throw new TypeError(`Cannot send a ${typeof data} to process ${pid}: pass a string or a Uint8Array`);
    }
    const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data as Bytes;
    await this.#input.send(this.#connection, pid, bytes, options);
  }

  async closeStdin(pid: number, options: CallOptions): Promise<void> {
    selectPid(pid);
    if (!await this.canCloseStdin(options)) {
      throw new UnsupportedError(
        `Cannot close the input of process ${pid}: this daemon cannot, it is older than 0.5.2`,
        {
          code: "unsupported",
          sandboxId: this.sandboxId,
          hint: "Pass the data as stdin at the start, redirect the input from a file, or use a terminal " +
            "(pty.create) and 0x04",
        },
      );
    }
    await this.#input.close(this.#connection, pid, options);
  }

  /** Whether the daemon can end a process's input. */
  canCloseStdin({ signal }: CallOptions): Promise<boolean> {
    return this.#connection.capabilities.closeStdin(signal);
  }
}
