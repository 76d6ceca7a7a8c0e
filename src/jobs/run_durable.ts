import type { UserOptions } from "../connection/call_options.ts";
import { waitFor } from "../connection/deadline.ts";
import type { CommandResult } from "../errors/command_result.ts";
import { type Command, nameOf } from "../process/command.ts";
import { checkCallbacks, type OutputCallbacks } from "../process/deliver.ts";
import type { OutputOptions } from "../process/output.ts";
import { outputOf, overflowError } from "../process/output_limits.ts";
import type { InputData } from "../streams/input_data.ts";
import { within } from "../time/timer.ts";
import type { JobHandle } from "./job_handle.ts";
import type { Journals } from "./journals.ts";
import { startJob } from "./start_job.ts";

/** What a durable run is told: the options of a run, of which it cannot do all. */
export interface DurableOptions extends UserOptions, OutputOptions, OutputCallbacks {
  envs?: Record<string, string> | undefined;
  cwd?: string | undefined;
  tag?: string | undefined;
  stdin?: boolean | InputData | undefined;
  timeoutMs?: number | undefined;
  check?: boolean | undefined;
}

/** How long whoever has given up waits for the command to be dead. */
const KILL_MS = 5_000;

/** Runs a command to its end over a job, so that connections that break do no harm. */
export async function runDurable(
  journals: Journals,
  command: Command,
  options: DurableOptions,
): Promise<CommandResult> {
  const { tag, stdin, signal, onStdout, onStderr, ...rest } = options;
  if (tag !== undefined) throw new TypeError("Cannot use tag with durable: such a command is found by no tag");
  if (stdin === true) throw new TypeError("Cannot use stdin: true with durable: pass the data");
  checkCallbacks(options);
  outputOf(options);
  const overflow = options.overflow ?? (onStdout !== undefined || onStderr !== undefined ? "truncate" : "throw");
  const name = nameOf(command);
  const id = crypto.randomUUID();
  const input = stdin === undefined || stdin === false ? {} : { stdin };
  const starting = startJob(journals, command, { ...rest, ...input, id, signal }, true);
  try {
    const job = await waitFor(starting, signal);
    const result = await job.waitAs(name, { ...options, overflow }, async (partial) => {
      const { sandboxId } = journals.connection.options;
      const status = await job.status().catch(() => undefined);
      const pid = status?.state === "running" ? status.pid : 0;
      let fate: { readonly mayRun: boolean; readonly cause?: unknown } = { mayRun: true };
      await within(KILL_MS, job.kill().then(() => fate = { mayRun: false }, (cause) => fate = { mayRun: true, cause }));
      return overflowError(name, options, { sandboxId, pid })({ partial, ...fate });
    });
    await within(KILL_MS, job.remove());
    return result;
  } catch (error) {
    // Whatever it was, it does not run on, and leaves nothing.
    await within(KILL_MS, starting.then(end));
    throw error;
  }
}

async function end(job: JobHandle): Promise<void> {
  await job.kill();
  await job.remove();
}
