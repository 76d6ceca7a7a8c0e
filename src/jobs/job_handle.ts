import type { CallOptions } from "../connection/call_options.ts";
import type { CommandResult } from "../errors/command_result.ts";
import { checkMilliseconds } from "../errors/checks.ts";
import type { WaitOptions } from "../process/deliver.ts";
import { GRACE_MS } from "../process/end_tree.ts";
import type { OutputOptions } from "../process/output.ts";
import { TREE_SCRIPT } from "../process/tree_script.ts";
import type { Bytes } from "../streams/bytes.ts";
import type { Followed } from "./follower.ts";
import type { Job, JobKillOptions, JobOutputOptions, JobStatus } from "./job.ts";
import { jobOutput } from "./job_output.ts";
import type { Journals } from "./journals.ts";
import { type JobRecord, statusOf } from "./record.ts";
import type { Answer } from "./run_script.ts";
import { KILL, REMOVE } from "./scripts/end_scripts.ts";
import { type OnOverflow, tooMuch, waitForJob } from "./wait_job.ts";

/** How long a command that was killed may take to be gone, and to be noted. */
const GONE_MS = 15_000;

/** A job, over its journal. */
export class JobHandle implements Job {
  readonly id: string;
  readonly #journals: Journals;
  readonly #job: Followed;

  constructor(journals: Journals, id: string, { dir, started }: JobRecord) {
    this.id = id;
    this.#journals = journals;
    this.#job = { id, dir, started };
  }

  async status(options: CallOptions = {}): Promise<JobStatus> {
    const what = `look at job "${this.id}"`;
    const record = await this.#journals.find(what, this.id, options);
    if (record.started !== this.#job.started) throw this.#journals.gone(what);
    const status = statusOf(record);
    if (status === undefined) throw this.#journals.garbled(what, record.state === "running" ? "pid" : "exit");
    return status;
  }

  async output(options: JobOutputOptions = {}): Promise<ReadableStream<Bytes>> {
    return await jobOutput(this.#journals, this.#job, options);
  }

  async wait(options: WaitOptions & OutputOptions = {}): Promise<CommandResult> {
    const name = `job "${this.id}"`;
    const { sandboxId } = this.#journals.connection.options;
    return await this.waitAs(name, options, (partial) => tooMuch(name, sandboxId, partial));
  }

  /** As `wait`, under another name in messages. */
  async waitAs(
    name: string,
    options: WaitOptions & OutputOptions,
    onOverflow: OnOverflow,
  ): Promise<CommandResult> {
    return await waitForJob(this.#journals, this.#job, name, options, onOverflow);
  }

  async kill(options: JobKillOptions = {}): Promise<boolean> {
    const what = `kill job "${this.id}"`;
    const graceMs = Math.min(checkMilliseconds("graceMs", options.graceMs ?? GRACE_MS), 2 ** 31 - 1);
    options.signal?.throwIfAborted();
    const { finder } = this.#journals;
    const args = [this.id, this.#job.started, `${Math.ceil(graceMs / 10)}`, TREE_SCRIPT];
    const script = { what, text: KILL, args, account: finder, extraMs: graceMs + GONE_MS, completes: true };
    // An attempt whose answer was lost may have ended it.
    let tried = false;
    const answer = await this.#journals.run(script, options, () => tried = true);
    switch (answer.word) {
      case "killed":
        return true;
      case "ended":
        return tried;
      case "lost":
        return false;
      case "gone":
        throw this.#journals.gone(what);
      case "garbled":
        throw this.#journals.garbled(what, "pid");
      default:
        throw leftOf(this.#journals, what, answer);
    }
  }

  async remove(options: CallOptions = {}): Promise<void> {
    const what = `remove job "${this.id}"`;
    options.signal?.throwIfAborted();
    const { finder } = this.#journals;
    const script = { what, text: REMOVE, args: [this.id, this.#job.started], account: finder, completes: true };
    const answer = await this.#journals.run(script, options);
    if (answer.word === "removed" || answer.word === "gone") return;
    if (answer.word !== "running") throw this.#journals.unexpected(what, answer);
    throw this.#journals.error(what, "it runs", "invalid_argument", "Kill it, or wait for its end first");
  }
}

/** Something of it did not die, or nobody knows. */
function leftOf(journals: Journals, what: string, answer: Answer): Error {
  const [, pids] = /^left ([\d ]+)$/.exec(answer.word) ?? [];
  if (pids === undefined) return journals.unexpected(what, answer);
  const hint = "Look for them with ps, in the sandbox: what waits for a device cannot be killed";
  return journals.error(what, `what has these process ids did not die: ${pids}`, "internal", hint);
}
