import { checkCount } from "../errors/checks.ts";
import { OutputLimitError } from "../errors/output_limit_error.ts";
import { TimeoutError } from "../errors/timeout_error.ts";
import { Output, type OutputOptions } from "./output.ts";
import type { ErrorOf, Stopped } from "./session.ts";

/** The process that an error is about. */
export interface Stoppable {
  readonly pid: number;
  readonly sandboxId: string | undefined;
}

/** The output of a process as the options say. */
export function outputOf({ capture = true, maxOutputBytes, overflow }: OutputOptions): Output {
  if (overflow !== undefined && overflow !== "throw" && overflow !== "truncate") {
    throw new TypeError(`Cannot use ${JSON.stringify(overflow)} as overflow: pass "throw" or "truncate"`);
  }
  const limit = checkCount("maxOutputBytes", maxOutputBytes ?? DEFAULT_OUTPUT_BYTES);
  return new Output(capture, Math.min(limit, MOST_OUTPUT_BYTES));
}

const DEFAULT_OUTPUT_BYTES = 32 * 1024 * 1024;
/** More does not fit into one string on every engine. */
const MOST_OUTPUT_BYTES = 256 * 1024 * 1024;

/** The error of a process that prints more than is kept. */
export function overflowError(
  name: string,
  { maxOutputBytes = DEFAULT_OUTPUT_BYTES }: OutputOptions,
  session: Stoppable,
): ErrorOf {
  const limit = Math.min(maxOutputBytes, MOST_OUTPUT_BYTES);
  return (stopped) =>
    new OutputLimitError(`Cannot keep the output of ${name}: it is larger than ${limit} bytes${fate(stopped)}`, {
      code: "output_limit",
      sandboxId: session.sandboxId,
      partial: stopped.partial,
      cause: stopped.cause,
      hint: 'Pass a larger maxOutputBytes, overflow: "truncate", or callbacks with capture: false' +
        trace(stopped, session),
    });
}

/** The error of a process that lives longer than it may. */
export function lifeError(name: string, timeoutMs: number, session: Stoppable): ErrorOf {
  return (stopped) =>
    new TimeoutError(`Cannot complete ${name}: it ran longer than ${timeoutMs} ms${fate(stopped)}`, {
      code: "command_timeout",
      sandboxId: session.sandboxId,
      partial: stopped.partial,
      cause: stopped.cause,
      hint: `Pass a larger timeoutMs, or none${trace(stopped, session)}`,
    });
}

function fate({ mayRun }: Stopped): string {
  return mayRun ? ", and killing it failed" : " and was killed";
}

function trace({ mayRun, treeMayRun }: Stopped, { pid }: Stoppable): string {
  if (treeMayRun) return ". What it has started may still run, see the cause";
  return mayRun ? `. It may still run, as process ${pid}` : "";
}

/**
 * Resolves when readers of a handle can have begun: with the next task of the event loop, where little or nothing is kept
 * for those who come later.
 */
export function handleReaders({ capture, maxOutputBytes }: OutputOptions): Promise<void> {
  if (capture !== false && maxOutputBytes === undefined) return Promise.resolve();
  return new Promise((resolve) => setTimeout(resolve, 0));
}
