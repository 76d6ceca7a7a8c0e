import type { ProcessEvent_EndEvent as EndEvent } from "../../gen/codec/process/process.ts";

/** How a process ended. */
export interface ExitStatus {
  /** 0 to 255; after a signal 128 + n, as a shell says it. */
  readonly exitCode: number;
  /** The signal's name, such as `SIGKILL`. */
  readonly signal?: string;
  /** The daemon's own words, where it did not end with 0. */
  readonly error?: string;
}

/** Go's words for signals: the number is not on the wire. */
const SIGNALS: readonly (readonly [words: string, name: string, number: number])[] = [
  ["hangup", "SIGHUP", 1],
  ["interrupt", "SIGINT", 2],
  ["quit", "SIGQUIT", 3],
  ["illegal instruction", "SIGILL", 4],
  ["trace/breakpoint trap", "SIGTRAP", 5],
  ["aborted", "SIGABRT", 6],
  ["bus error", "SIGBUS", 7],
  ["floating point exception", "SIGFPE", 8],
  ["killed", "SIGKILL", 9],
  ["user defined signal 1", "SIGUSR1", 10],
  ["segmentation fault", "SIGSEGV", 11],
  ["user defined signal 2", "SIGUSR2", 12],
  ["broken pipe", "SIGPIPE", 13],
  ["alarm clock", "SIGALRM", 14],
  ["terminated", "SIGTERM", 15],
];

/**
 * Reads an end event. A signal is exit code -1 and `signal: killed` on the wire; a daemon that was upgraded while the
 * process ran says 137 and `killed`.
 */
export function exitStatus({ exitCode, exited, status, error }: EndEvent): ExitStatus {
  const words = error !== undefined && error !== "" ? { error } : {};
  const signal = exited ? undefined : signalOf(status);
  if (signal === undefined) return { exitCode, ...words };
  return { exitCode: exitCode > 0 ? exitCode : 128 + signal.number, signal: signal.name, ...words };
}

function signalOf(status: string): { readonly name: string; readonly number: number } | undefined {
  const words = status.replace(/^signal: /, "").replace(/ \(core dumped\)$/, "");
  const known = SIGNALS.find(([known]) => known === words);
  if (known !== undefined) return { name: known[1], number: known[2] };
  const number = Number(/^signal (\d+)$/.exec(words)?.[1]);
  return Number.isNaN(number) ? undefined : { name: `SIG${number}`, number };
}
