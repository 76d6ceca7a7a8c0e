import type { CallOptions } from "../connection/call_options.ts";
import type { Connection } from "../connection/connection.ts";
import { checkMilliseconds } from "../errors/checks.ts";
import { argvOf, checkEnvs, checkWord, nameOf } from "../process/command.ts";
import { findProcess, type ProcessTarget } from "../process/find_process.ts";
import type { InputQueue } from "../process/input_queue.ts";
import { openProcess } from "../process/open_process.ts";
import { Output } from "../process/output.ts";
import { lifeError } from "../process/output_limits.ts";
import type { ProcessStream } from "../process/process_stream.ts";
import { Session } from "../process/session.ts";
import { selectPid } from "../process/signals.ts";
import { wrapTerminal } from "../process/terminal_wrapper.ts";
import type { PtyCreateOptions } from "./pty.ts";
import type { PtyHandle } from "./pty_handle.ts";
import { checkSize } from "./size.ts";
import { TerminalHandle } from "./terminal_handle.ts";

/** Where the answer is lost, the process id is too. */
const MAY_BE_OPEN = "It may be open all the same: look with commands.list() before you open another";

/** Opens a terminal. */
export async function create(connection: Connection, input: InputQueue, options: PtyCreateOptions): Promise<PtyHandle> {
  const size = checkSize(options);
  const { command, signal } = options;
  const process = {
    ...wrapTerminal(command === undefined ? undefined : argvOf(command)),
    envs: environment(checkEnvs(options.envs)),
    ...(options.cwd !== undefined && { cwd: checkWord("cwd", options.cwd) }),
  };
  const tag = options.tag === undefined ? {} : { tag: checkWord("tag", options.tag) };
  const timeoutMs = checkMilliseconds("timeoutMs", options.timeoutMs ?? 0);
  const { authorization } = connection.accounts.forCommand(options.user);
  const name = command === undefined ? "a terminal" : `a terminal with ${nameOf(command)}`;
  const call = {
    ...connection.call(`open ${name}`, "process", options, authorization),
    following: `follow ${name}`,
    doubt: MAY_BE_OPEN,
  };
  const stream = await openProcess(connection, call, { start: { process, pty: { size }, ...tag } }, { signal });
  const session = follow(connection, stream, true);
  const handle = new TerminalHandle(connection, input, session);
  if (signal !== undefined) session.onSettled(session.stopOnAbort(signal));
  session.stopAfter(timeoutMs, lifeError(name, timeoutMs, session));
  return handle;
}

export async function connect(
  connection: Connection,
  input: InputQueue,
  target: ProcessTarget,
  options: CallOptions,
): Promise<PtyHandle> {
  const { signal } = options;
  signal?.throwIfAborted();
  const pid = await findProcess(connection, target, options);
  const name = `the terminal of process ${pid}`;
  const call = { ...connection.call(`connect to ${name}`, "process", options), following: `follow ${name}` };
  const stream = await openProcess(connection, call, { connect: { process: selectPid(pid) } }, { signal });
  return new TerminalHandle(connection, input, follow(connection, stream, false));
}

/** Nothing of what a terminal shows is kept: whoever shows it has it. */
function follow(connection: Connection, stream: ProcessStream, owned: boolean): Session {
  const pumpWhen = Promise.resolve();
  return new Session(connection, stream, new Output(false, 0), { owned, pumpWhen, connect: "pty.connect" });
}

/** What every terminal needs to know, and no daemon tells it. */
function environment(envs: Record<string, string>): Record<string, string> {
  const saysLocale = Object.keys(envs).some((name) => name === "LANG" || name.startsWith("LC_"));
  const locale = saysLocale ? {} : { LANG: "C.UTF-8", LC_ALL: "C.UTF-8" };
  return { TERM: "xterm-256color", ...locale, ...envs };
}
