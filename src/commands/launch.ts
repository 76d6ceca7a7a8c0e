import type { Connection } from "../connection/connection.ts";
import { checkMilliseconds } from "../errors/checks.ts";
import { argvOf, checkEnvs, checkWord, type Command, nameOf } from "../process/command.ts";
import { cancelSource, type InputFiles, removeTwice, withInputFile } from "../process/input_file.ts";
import { openProcess } from "../process/open_process.ts";
import { lifeError, outputOf, overflowError } from "../process/output_limits.ts";
import { Session } from "../process/session.ts";
import { wrap } from "../process/wrapper.ts";
import type { StartOptions } from "./commands.ts";
import type { ProcessCalls } from "./process_calls.ts";
import { feed, planStdin } from "./stdin_plan.ts";

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

/** Where the answer to a start is lost, its process id is too. */
const MAY_RUN = "It may run all the same: look with commands.list() before you start it again";

/**
 * Starts a command. Its output waits for what `readers` gives, which is asked for once it runs. A stream of input is
 * cancelled whatever keeps the command from starting.
 */
export async function launch(
  launcher: Launcher,
  command: Command,
  options: StartOptions,
  readers: () => Promise<void>,
): Promise<Launched> {
  try {
    return await start(launcher, command, options, readers);
  } catch (error) {
    void cancelSource(options.stdin, error);
    throw error;
  }
}

async function start(
  { connection, calls, files }: Launcher,
  command: Command,
  options: StartOptions,
  readers: () => Promise<void>,
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
  const tag = options.tag === undefined ? {} : { tag: checkWord("tag", options.tag) };
  const account = connection.accounts.forCommand(options.user);
  const started = connection.call(`start ${name}`, "process", options, account.authorization);
  const call = { ...started, following: `follow ${name}`, doubt: MAY_RUN };
  signal?.throwIfAborted();
  const plan = await planStdin(options.stdin, () => calls.canCloseStdin(options));
  const inputOpen = plan.kind === "open" || plan.kind === "feed";
  const input = plan.kind === "file" ? { file: plan.path } : inputOpen ? "open" : "none";
  const request = { process: { ...config, ...wrap(argv, input) }, stdin: inputOpen, ...tag };
  const { requestTimeoutMs } = options;
  const stream = await withInputFile(
    plan.kind === "file" ? plan : undefined,
    files,
    { user: account.username, signal, requestTimeoutMs },
    () => openProcess(connection, call, { start: request }, { signal }),
  );

  const session = new Session(connection, stream, output, { owned: true, pumpWhen: readers() });
  if (options.overflow === "throw") session.stopOnOverflow(overflowError(name, options, session));
  const forgetSignal = signal === undefined ? () => {} : session.stopOnAbort(signal);
  session.stopAfter(timeoutMs, lifeError(name, timeoutMs, session));
  if (plan.kind === "feed") void feed(session, calls, plan.data);
  // A process that was stopped may not have come to remove its input file.
  if (plan.kind === "file") session.onOver((stopped) => stopped && removeTwice(plan.path, files, account.username));
  return { name, session, inputOpen: plan.kind === "open", forgetSignal };
}
