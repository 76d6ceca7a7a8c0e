import type { UserOptions } from "../connection/call_options.ts";
import type { Connection } from "../connection/connection.ts";
import { checkCount, checkMilliseconds } from "../errors/checks.ts";
import { OutputLimitError } from "../errors/output_limit_error.ts";
import { TimeoutError } from "../errors/timeout_error.ts";
import { openProcess } from "../process/open_process.ts";
import { Output, type OutputOptions } from "../process/output.ts";
import { type ErrorOf, Session } from "../process/session.ts";
import { wrap } from "../process/wrapper.ts";
import { argvOf, checkEnvs, checkWord, type Command, nameOf } from "./command.ts";
import type { StartOptions } from "./commands.ts";
import type { ProcessCalls } from "./process_calls.ts";
import { feed, type InputFiles, planStdin, type StdinPlan } from "./stdin_plan.ts";

/** What starting a command needs. */
export interface Launcher {
  readonly connection: Connection;
  readonly calls: ProcessCalls;
  readonly files: InputFiles;
}

/** A command that was started. */
export interface Launched {
  readonly name: string;
  readonly session: Session;
  readonly inputOpen: boolean;
  /** Stops heeding the signal of the start. */
  readonly forgetSignal: () => void;
}

/** Starts a command. With `attachLate`, its first output waits a moment for readers of the handle. */
export async function launch(
  { connection, calls, files }: Launcher,
  command: Command,
  options: StartOptions,
  attachLate: boolean,
): Promise<Launched> {
  const argv = argvOf(command);
  const name = nameOf(command);
  const { signal } = options;
  const timeoutMs = checkMilliseconds("timeoutMs", options.timeoutMs ?? 0);
  const output = outputOf(options);
  const config = {
    envs: checkEnvs(options.envs),
    ...(options.cwd !== undefined && { cwd: checkWord("cwd", options.cwd) }),
  };
  const account = connection.accounts.forCommand(options.user);
  const call = connection.call(`start ${name}`, "process", options, account.authorization);
  signal?.throwIfAborted();

  const plan = await planStdin(options.stdin, () => calls.canCloseStdin(options));
  const open = plan.kind === "open" || plan.kind === "feed";
  const request = {
    process: { ...config, ...wrap(argv, plan.kind === "file" ? { file: plan.path } : open ? "open" : "none") },
    stdin: open,
    ...(options.tag !== undefined && { tag: checkWord("tag", options.tag) }),
  };
  const stream = await withInputFile(
    plan,
    files,
    { user: account.username, signal, requestTimeoutMs: options.requestTimeoutMs },
    () => openProcess(connection, call, { start: request }, { signal }),
  );

  const session = new Session(connection, stream, output, attachLate ? nextTask() : Promise.resolve());
  if (options.overflow === "throw") session.stopOnOverflow(overflowError(name, options, session));
  const forgetSignal = signal === undefined ? () => {} : session.stopOnAbort(signal);
  session.stopAfter(
    timeoutMs,
    (partial) =>
      new TimeoutError(`Cannot complete ${name}: it ran longer than ${timeoutMs} ms and was killed`, {
        code: "command_timeout",
        sandboxId: session.sandboxId,
        partial,
        hint: "Pass a larger timeoutMs, or none",
      }),
  );
  if (plan.kind === "feed") void feed(session, calls, plan.data);
  return { name, session, inputOpen: plan.kind === "open", forgetSignal };
}

/** The output of a process as the options say. */
export function outputOf({ capture = true, maxOutputBytes, overflow }: OutputOptions): Output {
  if (overflow !== undefined && overflow !== "throw" && overflow !== "truncate") {
    throw new TypeError(`Cannot use ${JSON.stringify(overflow)} as overflow: pass "throw" or "truncate"`);
  }
  return new Output(capture, checkCount("maxOutputBytes", maxOutputBytes ?? DEFAULT_OUTPUT_BYTES));
}

const DEFAULT_OUTPUT_BYTES = 32 * 1024 * 1024;

/** The error of a process that prints more than is kept. */
export function overflowError(
  name: string,
  { maxOutputBytes = DEFAULT_OUTPUT_BYTES }: OutputOptions,
  session: Session,
): ErrorOf {
  return (partial) =>
    new OutputLimitError(
      `Cannot keep the output of ${name}: it is larger than ${maxOutputBytes} bytes; it was killed`,
      {
        code: "output_limit",
        sandboxId: session.sandboxId,
        partial,
        hint: 'Pass a larger maxOutputBytes, overflow: "truncate", or callbacks with capture: false',
      },
    );
}

/** Starts a command whose input lies in a file, which does not stay behind when the start fails. */
async function withInputFile<T>(
  plan: StdinPlan,
  files: InputFiles,
  options: UserOptions & { user: string },
  start: () => Promise<T>,
): Promise<T> {
  if (plan.kind !== "file") return await start();
  try {
    await files.write(plan.path, plan.data, options);
    return await start();
  } catch (error) {
    await files.remove(plan.path, { user: options.user }).catch(() => {});
    throw error;
  }
}

/** The next task of the event loop: by then, whoever got the handle can have begun to read. */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
