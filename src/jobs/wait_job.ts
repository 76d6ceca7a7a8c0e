import { waitFor } from "../connection/deadline.ts";
import type { CommandResult, PartialResult } from "../errors/command_result.ts";
import { DisconnectedError } from "../errors/disconnected_error.ts";
import { OutputLimitError } from "../errors/output_limit_error.ts";
import { checked } from "../process/checked.ts";
import { checkCallbacks, deliver, type WaitOptions } from "../process/deliver.ts";
import type { Output, OutputOptions } from "../process/output.ts";
import { lifeError, outputOf } from "../process/output_limits.ts";
import { type Followed, Follower } from "./follower.ts";
import type { Journals } from "./journals.ts";
import { type JobRecord, pidOf, statusOf } from "./record.ts";

/** Makes the error of output that is more than is kept. */
export type OnOverflow = (partial: PartialResult) => unknown;

/** Waits for the end of a job, and takes its output from the first byte on. `name` is for messages. */
export async function waitForJob(
  journals: Journals,
  job: Followed,
  name: string,
  options: WaitOptions & OutputOptions,
  onOverflow: OnOverflow,
): Promise<CommandResult> {
  checkCallbacks(options);
  const output = outputOf(options);
  const { signal, onStdout, onStderr, capture = true } = options;
  signal?.throwIfAborted();
  const what = `wait for job "${job.id}"`;
  const end = new AbortController();
  const onAbort = () => end.abort(signal!.reason);
  signal?.addEventListener("abort", onAbort, { once: true });
  const from = {
    ...((capture || onStdout) && { stdout: 0 }),
    ...((capture || onStderr) && { stderr: 0 }),
  };
  const follower = new Follower(journals, what, job, from, end.signal);
  const delivery = deliver(output, options);
  delivery.done.catch((error) => end.abort(error));
  try {
    await pour(follower, output, end.signal, async () => {
      if (options.overflow === "throw" && output.overflowed) throw await onOverflow(output.snapshot());
    });
    await waitFor(delivery.done, end.signal);
    return checked(name, resultOf(journals, what, name, follower.last!, output), options.check ?? true, {
      sandboxId: journals.connection.options.sandboxId,
    });
  } catch (error) {
    await follower.cancel(error).catch(() => {});
    throw error;
  } finally {
    signal?.removeEventListener("abort", onAbort);
    delivery.cancel();
  }
}

/** Takes everything until the job has ended. */
async function pour(
  follower: Follower,
  output: Output,
  signal: AbortSignal,
  check: () => Promise<void>,
): Promise<void> {
  do {
    for (let next = await follower.read(); next !== undefined; next = await follower.read()) {
      output.push(next.channel, next.data);
      await check();
      if (output.isFull) await waitFor(output.room(), signal);
      signal.throwIfAborted();
    }
  } while (await follower.more());
  output.close();
}

function resultOf(journals: Journals, what: string, name: string, record: JobRecord, output: Output): CommandResult {
  const status = statusOf(record);
  const { sandboxId } = journals.connection.options;
  const pid = pidOf(record) ?? 0;
  if (status === undefined) throw journals.garbled(what, "exit");
  if (status.state !== "exited") throw lost(name, sandboxId, output.snapshot());
  if (status.timedOut) {
    const limit = record.asked?.timeoutMs ?? 0;
    throw lifeError(name, limit, { sandboxId, pid })({ partial: output.snapshot(), mayRun: false });
  }
  const { exitCode, signal } = status;
  const words = signal === undefined ? `exit status ${exitCode}` : `signal: ${SIGNAL_WORDS[signal] ?? signal}`;
  return Object.assign(output.snapshot(), {
    exitCode,
    ...(exitCode !== 0 && { error: words }),
    ...(signal !== undefined && { signal }),
    pid,
  });
}

/** As the daemon says them. */
const SIGNAL_WORDS: Readonly<Record<string, string>> = { SIGTERM: "terminated", SIGKILL: "killed" };

function lost(name: string, sandboxId: string | undefined, partial: PartialResult): DisconnectedError {
  return new DisconnectedError(`Cannot complete ${name}: it is lost, it does not run and left no exit code`, {
    code: "disconnected",
    sandboxId,
    partial,
    hint: "The machine was restarted, or the shell beside the job was killed: start it anew",
  });
}

/** The error of a wait that keeps less than comes. */
export function tooMuch(name: string, sandboxId: string | undefined, partial: PartialResult): OutputLimitError {
  return new OutputLimitError(`Cannot keep the output of ${name}: it is larger than maxOutputBytes allows`, {
    code: "output_limit",
    sandboxId,
    partial,
    hint: 'The job goes on. Pass a larger maxOutputBytes, overflow: "truncate", or callbacks with capture: false',
  });
}
