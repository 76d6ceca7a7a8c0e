import { constants } from "node:os";
import { endSignal } from "./process/end_event.ts";
import type { PtyLaunch } from "./process/pty_child.ts";
import { startPty } from "./process/pty.ts";

/** A process on a terminal, for parts of this package that are no daemon. */
export interface Terminal {
  readonly pid: number;
  readonly output: AsyncIterable<Uint8Array>;
  /** How it ended; a signal as 128 and its number, as shells say it. */
  readonly exit: Promise<number>;
  /** Resolves once the terminal has taken it; rejects where there is none any more. */
  write(data: Uint8Array): Promise<void>;
  resize(cols: number, rows: number): void;
  /** Hangs up. */
  close(): void;
}

/** Starts a process on a pseudo-terminal. Rejects where this engine has none. */
export async function startTerminal(launch: PtyLaunch): Promise<Terminal> {
  const child = await startPty(launch);
  const [[, output] = ["pty", []]] = child.outputs;
  return {
    pid: child.pid,
    output: output as AsyncIterable<Uint8Array>,
    exit: child.exit.then((end) => {
      const signal = endSignal(end);
      return signal === undefined ? end.exitCode ?? 0 : 128 + (constants.signals[signal] ?? 0);
    }),
    write: (data) => child.write("pty", data),
    resize: (cols, rows) => child.resize(cols, rows),
    close: () => child.destroy(),
  };
}
