import { endEvent } from "./end_event.ts";
import { type PtyLaunch, TerminalChild } from "./pty_child.ts";

/** What is used of Bun's own terminals. */
interface BunTerminal {
  write(data: Uint8Array): number;
  resize(cols: number, rows: number): void;
  close(): void;
}

interface BunProcess {
  readonly pid: number;
  readonly exited: Promise<number>;
  readonly signalCode: NodeJS.Signals | null;
  readonly terminal: BunTerminal;
}

/** Bun, as far as it matters here. */
export interface BunGlobal {
  readonly Terminal?: unknown;
  spawn(command: readonly string[], options: {
    readonly cwd: string;
    readonly env: Readonly<Record<string, string>>;
    readonly uid?: number | undefined;
    readonly gid?: number | undefined;
    readonly terminal: {
      readonly cols: number;
      readonly rows: number;
      data(terminal: BunTerminal, data: Uint8Array): void;
      exit(): void;
    };
  }): BunProcess;
}

/**
 * Starts a process on a pseudo-terminal of Bun's. It gives output as it comes and cannot be asked to wait: what its
 * readers have not taken is in memory.
 */
export function startBun(bun: BunGlobal, launch: PtyLaunch): TerminalChild {
  const { file, args, envs, cwd, uid, gid, cols, rows } = launch;
  const output = new Arrivals();
  const child = bun.spawn([file, ...args], {
    cwd,
    env: envs,
    ...(uid === undefined ? {} : { uid, gid }),
    terminal: {
      cols,
      rows,
      // Its memory is used again.
      data: (_, data) => output.push(data.slice()),
      exit: () => output.end(),
    },
  });
  const { terminal } = child;
  const exit = child.exited.then((code) => endEvent(code, child.signalCode));
  return new TerminalChild(child.pid, exit, {
    output,
    write(data) {
      if (output.isOver) return Promise.reject(new Error("the terminal is gone"));
      // It takes everything at once, whether its program reads or not.
      terminal.write(data);
      return Promise.resolve();
    },
    resize: (cols, rows) => terminal.resize(cols, rows),
    close: () => terminal.close(),
  });
}

/** What has come and was not taken yet. */
class Arrivals {
  #waiting: Uint8Array[] = [];
  #wake: () => void = () => {};
  isOver = false;

  push(data: Uint8Array): void {
    this.#waiting.push(data);
    this.#wake();
  }

  end(): void {
    this.isOver = true;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    while (true) {
      const next = this.#waiting.shift();
      if (next !== undefined) yield next;
      else if (this.isOver) return;
      else await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }
}
