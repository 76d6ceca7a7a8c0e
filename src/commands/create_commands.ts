import type { Connection } from "../connection/connection.ts";
import type { CommandResult } from "../errors/command_result.ts";
import type { Command } from "../process/command.ts";
import { findProcess, type ProcessTarget } from "../process/find_process.ts";
import { checked } from "../process/checked.ts";
import { checkCallbacks, deliver, type Delivery, type OutputCallbacks } from "../process/deliver.ts";
import type { InputFiles } from "../process/input_file.ts";
import type { InputQueue } from "../process/input_queue.ts";
import { openProcess } from "../process/open_process.ts";
import { handleReaders, outputOf, overflowError } from "../process/output_limits.ts";
import { Session } from "../process/session.ts";
import { selectPid } from "../process/signals.ts";
import type { CommandHandle } from "./command_handle.ts";
import type { BackgroundOptions, Commands, ConnectOptions, RunOptions, StartOptions } from "./commands.ts";
import { launch, type Launcher } from "./launch.ts";
import { ProcessCalls } from "./process_calls.ts";
import { ProcessHandle } from "./process_handle.ts";

/** Runs a command to its end over a job: the client hands it over. */
export type RunDurable = (command: Command, options: RunOptions) => Promise<CommandResult>;

/** Makes the commands of a client. */
export function createCommands(
  connection: Connection,
  input: InputQueue,
  files: InputFiles,
  runDurable: RunDurable,
): Commands {
  const calls = new ProcessCalls(connection, input);
  const launcher: Launcher = { connection, calls, files };

  function run(command: Command, options: BackgroundOptions): Promise<CommandHandle>;
  function run(command: Command, options?: RunOptions): Promise<CommandResult>;
  function run(command: Command, options: RunOptions | BackgroundOptions = {}): Promise<CommandHandle | CommandResult> {
    if (options.durable) return durable(runDurable, command, options);
    return options.background === true
      ? runInBackground(launcher, command, options)
      : runToEnd(launcher, command, options);
  }

  return {
    run,
    start: (command, options = {}) => start(launcher, command, options),
    list: (options = {}) => calls.list(options),
    kill: (pid, options = {}) => calls.kill(pid, options),
    sendSignal: async (pid, signal, options = {}) => await calls.sendSignal(pid, signal, options),
    sendStdin: (pid, data, options = {}) => calls.sendStdin(pid, data, options),
    closeStdin: (pid, options = {}) => calls.closeStdin(pid, options),
    connectToProcess: (target, options = {}) => connect(connection, calls, target, options),
  };
}

async function durable(
  runDurable: RunDurable,
  command: Command,
  options: RunOptions | BackgroundOptions,
): Promise<CommandResult> {
  if (options.background !== true) return await runDurable(command, options);
  throw new TypeError("Cannot run a durable command in the background: start a job");
}

async function start(launcher: Launcher, command: Command, options: StartOptions): Promise<CommandHandle> {
  const { forgetSignal, ...launched } = await launch(launcher, command, options, () => handleReaders(options));
  launched.session.onSettled(forgetSignal);
  return new ProcessHandle({ ...launched, calls: launcher.calls });
}

async function runInBackground(
  launcher: Launcher,
  command: Command,
  options: BackgroundOptions,
): Promise<CommandHandle> {
  checkCallbacks(options);
  const { forgetSignal, ...launched } = await launch(launcher, command, options, () => handleReaders(options));
  launched.session.onSettled(forgetSignal);
  const delivery = deliverOrStop(launched.session, options);
  return new ProcessHandle({ ...launched, calls: launcher.calls, delivery, check: options.check });
}

async function runToEnd(launcher: Launcher, command: Command, options: RunOptions): Promise<CommandResult> {
  checkCallbacks(options);
  const hasCallbacks = options.onStdout !== undefined || options.onStderr !== undefined;
  const overflow = options.overflow ?? (hasCallbacks ? "truncate" : "throw");
  let attached = (): void => {};
  const readers = new Promise<void>((resolve) => attached = resolve);
  const { name, session, forgetSignal } = await launch(launcher, command, { ...options, overflow }, () => readers);
  const delivery = deliverOrStop(session, options);
  attached();
  try {
    return checked(name, await session.wait(delivery.done), options.check ?? true, session);
  } finally {
    delivery.cancel();
    forgetSignal();
  }
}

/** Delivers to callbacks; one that throws kills the process, whose outcome is its error. */
function deliverOrStop(session: Session, callbacks: OutputCallbacks): Delivery {
  const delivery = deliver(session.output, callbacks);
  const done = delivery.done.catch(async (error) => {
    await session.stop(() => error);
    throw error;
  });
  done.catch(() => {});
  return { done, cancel: () => delivery.cancel() };
}

async function connect(
  connection: Connection,
  calls: ProcessCalls,
  target: ProcessTarget,
  options: ConnectOptions,
): Promise<CommandHandle> {
  const { signal } = options;
  signal?.throwIfAborted();
  const output = outputOf(options);
  const pid = await findProcess(connection, target, options);
  const name = `process ${pid}`;
  const call = { ...connection.call(`connect to ${name}`, "process", options), following: `follow ${name}` };
  const stream = await openProcess(connection, call, { connect: { process: selectPid(pid) } }, { signal });
  const session = new Session(connection, stream, output, { owned: false, pumpWhen: handleReaders(options) });
  if (options.overflow === "throw") session.stopOnOverflow(overflowError(name, options, session));
  return new ProcessHandle({ name, session, calls });
}
