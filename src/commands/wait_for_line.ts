import { checkMilliseconds } from "../errors/checks.ts";
import { CommandExitError } from "../errors/command_exit_error.ts";
import type { CommandResult } from "../errors/command_result.ts";
import { TimeoutError } from "../errors/timeout_error.ts";
import type { Chunk, Subscriber } from "../process/output.ts";
import type { Session } from "../process/session.ts";
import { LineDecoder } from "../streams/lines.ts";
import { startTimer } from "../time/timer.ts";

/** What {@linkcode CommandHandle.waitFor} takes. */
export interface WaitForLineOptions {
  /**
   * How long to wait, in milliseconds; the process goes on. 0: unlimited.
   *
   * @default unlimited
   */
  timeoutMs?: number | undefined;
  /** Ends the waiting only; the process goes on. */
  signal?: AbortSignal | undefined;
}

/** Waits for the first line that a pattern matches, on either stream. */
export async function waitForLine(
  name: string,
  session: Session,
  pattern: RegExp,
  { timeoutMs = 0, signal }: WaitForLineOptions,
): Promise<RegExpMatchArray> {
  const stateless = checkPattern(pattern);
  checkMilliseconds("timeoutMs", timeoutMs);
  signal?.throwIfAborted();
  let stop = () => {};
  const line = new Promise<RegExpMatchArray>((resolve, reject) => {
    const search = new LineSearch(stateless, {
      found: resolve,
      failed: reject,
      ended: () => void session.outcome.then((result) => reject(endedError(name, session, result)), reject),
    });
    const onAbort = () => reject(signal!.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
    const clear = startTimer(timeoutMs, () => reject(timeoutError(name, session, timeoutMs)));
    stop = () => {
      search.cancel();
      clear();
      signal?.removeEventListener("abort", onAbort);
    };
    session.output.attach(search);
  });
  try {
    return await line;
  } finally {
    stop();
  }
}

/** The pattern without what it remembers from match to match. */
function checkPattern(pattern: RegExp): RegExp {
  // Also one of another realm.
  if (Object.prototype.toString.call(pattern) !== "[object RegExp]") {
    throw new TypeError(`Cannot wait for a line by a ${typeof pattern}: pass a regular expression`);
  }
  return new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ""));
}

/** Whoever waits for a line. */
interface Listener {
  found(match: RegExpMatchArray): void;
  failed(error: unknown): void;
  ended(): void;
}

/** Looks at each line the moment it is complete, and keeps nothing but the beginnings of the next ones. */
class LineSearch implements Subscriber {
  readonly isFull = false;
  readonly #pattern: RegExp;
  readonly #tell: Listener;
  #decoders: Readonly<Record<Chunk["channel"], LineDecoder>> | undefined = {
    stdout: new LineDecoder(),
    stderr: new LineDecoder(),
  };

  constructor(pattern: RegExp, tell: Listener) {
    this.#pattern = pattern;
    this.#tell = tell;
  }

  get isCancelled(): boolean {
    return this.#decoders === undefined;
  }

  push({ channel, data }: Chunk): void {
    if (this.#decoders !== undefined) this.#look(this.#decoders[channel].decode(data));
  }

  close(): void {
    if (this.#decoders === undefined) return;
    const { stdout, stderr } = this.#decoders;
    this.#look([...stdout.flush(), ...stderr.flush()]);
    this.#tell.ended();
  }

  fail(error: unknown): void {
    this.#tell.failed(error);
  }

  room(): Promise<void> {
    return Promise.resolve();
  }

  unbound(): void {}

  cancel(): void {
    this.#decoders = undefined;
  }

  #look(lines: readonly string[]): void {
    for (const line of lines) {
      const match = line.match(this.#pattern);
      if (match === null) continue;
      this.#tell.found(match);
      return this.cancel();
    }
  }
}

function endedError(name: string, { sandboxId }: Session, result: CommandResult): CommandExitError {
  const end = result.signal === undefined ? `it ended with exit code ${result.exitCode}` : `${result.signal} ended it`;
  return new CommandExitError(`Cannot wait for a line of ${name}: ${end}, and no line matched`, {
    code: "command_exit",
    sandboxId,
    result,
    hint: "What it printed is in the result of this error",
  });
}

function timeoutError(name: string, { sandboxId, output }: Session, timeoutMs: number): TimeoutError {
  return new TimeoutError(`Cannot wait for a line of ${name}: none matched within ${timeoutMs} ms`, {
    code: "wait_timeout",
    sandboxId,
    partial: output.snapshot(),
    hint: "The process goes on. Pass a larger timeoutMs, or look at what it printed: it is in partial",
  });
}
