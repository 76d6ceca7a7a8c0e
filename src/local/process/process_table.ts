import { Code, ConnectError } from "@connectrpc/connect";
import process from "node:process";
import type { ProcessConfig, ProcessSelector } from "../../../gen/process/process_pb.ts";
import type { Child } from "./child.ts";
import { descendants } from "./descendants.ts";
import type { EndEvent } from "./end_event.ts";
import { Fanout } from "./fanout.ts";
import { RunningProcess } from "./running_process.ts";

/** How long the newer version remembers how a process ended. */
const RETENTION_MS = 30_000;

/** A process that has ended lately. */
export interface ExitedProcess {
  readonly pid: number;
  readonly tag: string | undefined;
  readonly end: EndEvent;
  readonly forgetAt: number;
}

/** The processes of one runtime. */
export class ProcessTable {
  readonly #createFanout: () => Fanout;
  readonly #live = new Map<number, RunningProcess>();
  readonly #exited = new Map<number, ExitedProcess>();

  constructor(createFanout: () => Fanout = () => new Fanout()) {
    this.#createFanout = createFanout;
  }

  /** Takes a started process over. */
  add(
    child: Child,
    config: ProcessConfig | undefined,
    tag: string | undefined,
  ): RunningProcess {
    const running = new RunningProcess(child, {
      config,
      tag,
      fanout: this.#createFanout(),
      onEnd: (end) => this.#retire(running, end),
    });
    this.#live.set(running.pid, running);
    this.#exited.delete(running.pid);
    for (const [pid, exited] of this.#exited) {
      if (tag !== undefined && exited.tag === tag) this.#exited.delete(pid);
    }
    return running;
  }

  /** All that run. */
  list(): RunningProcess[] {
    return [...this.#live.values()];
  }

  /**
   * The running process that a request selects.
   *
   * @throws {ConnectError} `not_found`, or `unimplemented` for no selector
   */
  select(selector: ProcessSelector | undefined): RunningProcess {
    const found = find(this.#live.values(), selector);
    if (found) return found;
    throw noSuchProcess(selector);
  }

  /** The process that a request selects, where it has ended lately. */
  selectExited(
    selector: ProcessSelector | undefined,
  ): ExitedProcess | undefined {
    const exited = find(this.#exited.values(), selector);
    return exited && exited.forgetAt > Date.now() ? exited : undefined;
  }

  /** Breaks the pipes of all, as a daemon does that dies. */
  abandon(): void {
    for (const running of this.list()) running.abandon();
  }

  /** Kills everything, descendants included, and waits until it is gone. */
  async close(): Promise<void> {
    const running = this.list();
    for (const pid of running.flatMap(({ pid }) => descendants(pid))) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It was faster.
      }
    }
    for (const one of running) one.kill("SIGKILL");
    await Promise.all(running.map((one) => one.ended));
  }

  #retire({ pid, tag }: RunningProcess, end: EndEvent): void {
    this.#live.delete(pid);
    const now = Date.now();
    for (const [old, { forgetAt }] of this.#exited) {
      if (forgetAt <= now) this.#exited.delete(old);
    }
    this.#exited.set(pid, { pid, tag, end, forgetAt: now + RETENTION_MS });
  }
}

/** Searches all, unlike the daemon, which stops at the first other tag. */
function find<T extends { pid: number; tag: string | undefined }>(
  processes: Iterable<T>,
  { selector }: Pick<ProcessSelector, "selector"> = {
    selector: { case: undefined },
  },
): T | undefined {
  for (const one of processes) {
    if (selector.case === "pid" && one.pid === selector.value) return one;
    if (selector.case === "tag" && one.tag === selector.value) return one;
  }
  return undefined;
}

function noSuchProcess(selected: ProcessSelector | undefined): ConnectError {
  const selector = selected?.selector;
  if (selector?.case === undefined) {
    return new ConnectError(
      "invalid input type *process.ProcessSelector",
      Code.Unimplemented,
    );
  }
  return new ConnectError(
    `process with ${selector.case} ${selector.value} not found`,
    Code.NotFound,
  );
}
