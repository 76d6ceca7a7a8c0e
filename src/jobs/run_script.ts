import type { Account } from "../connection/accounts.ts";
import type { CallOptions } from "../connection/call_options.ts";
import type { Connection } from "../connection/connection.ts";
import { withLimits } from "../connection/deadline.ts";
import { openProcess } from "../process/open_process.ts";
import { Output } from "../process/output.ts";
import { Session } from "../process/session.ts";
import type { Bytes } from "../streams/bytes.ts";

/** A script and how it is run. */
export interface Script {
  /** What it is for: the first half of a message. */
  readonly what: string;
  readonly text: string;
  readonly args: readonly string[];
  readonly account: Account;
  readonly envs?: Record<string, string>;
  /** Absent: the home of the account. */
  readonly cwd?: string;
  /** How long it takes beyond an ordinary request, in milliseconds. */
  readonly extraMs?: number;
  /** Whether it runs to its end although nobody waits for it any more. Otherwise it is killed then. */
  readonly completes?: boolean;
}

/** What a script printed. */
export interface Answer {
  readonly bytes: Bytes;
  /** The first line. */
  readonly word: string;
  /** What it wrote to standard error. */
  readonly words: string;
}

/** A journal has a few hundred bytes, and its command. */
const MOST_BYTES = 256 * 1024 * 1024;

/** Runs a script in the sandbox. Nobody waits longer than for a request; an abort rejects at once. */
export async function runScript(connection: Connection, script: Script, options: CallOptions): Promise<Answer> {
  const { what, text, args, account, envs = {}, cwd = "~", extraMs = 0, completes = false } = script;
  const { signal } = options;
  const call = connection.call(what, "process", options, account.authorization);
  const process = { cmd: "/bin/sh", args: ["-c", text, "sh", ...args], envs, cwd };
  const stream = await openProcess(connection, call, { start: { process, stdin: false } }, { signal });
  const output = new Output(true, MOST_BYTES);
  const session = new Session(connection, stream, output, { owned: !completes, pumpWhen: Promise.resolve() });
  const timeoutMs = call.timeoutMs && call.timeoutMs + extraMs;
  try {
    const { stdoutBytes, stderr } = await withLimits({ signal, timeoutMs, context: call }, () => session.outcome);
    const end = stdoutBytes.indexOf(10);
    const word = new TextDecoder().decode(stdoutBytes.subarray(0, Math.max(end, 0)));
    return { bytes: stdoutBytes as Bytes, word, words: stderr.trim() };
  } catch (error) {
    if (completes) session.disconnect();
    else void session.stop(() => error);
    throw error;
  }
}
