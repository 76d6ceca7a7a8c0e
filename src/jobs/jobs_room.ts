import type { Connection } from "../connection/connection.ts";
import type { CommandResult } from "../errors/command_result.ts";
import type { Command } from "../process/command.ts";
import { JobHandle } from "./job_handle.ts";
import { checkJobId } from "./job_id.ts";
import type { JobInfo, Jobs } from "./jobs.ts";
import { type JournalFiles, Journals } from "./journals.ts";
import { type JobRecord, statusOf } from "./record.ts";
import { type DurableOptions, runDurable } from "./run_durable.ts";
import { startJob } from "./start_job.ts";

/** Jobs, and what other rooms do with them. */
export interface JobsRoom {
  readonly jobs: Jobs;
  runDurable(command: Command, options: DurableOptions): Promise<CommandResult>;
}

/** The room itself, behind `createJobs`. */
export function openJobs(connection: Connection, files: JournalFiles): JobsRoom {
  const journals = new Journals(connection, files);
  return {
    jobs: jobsOf(journals),
    runDurable: (command, options) => runDurable(journals, command, options),
  };
}

function jobsOf(journals: Journals): Jobs {
  return {
    start: (command, options = {}) => startJob(journals, command, options),
    async get(id, options = {}) {
      checkJobId(id);
      options.signal?.throwIfAborted();
      return new JobHandle(journals, id, await journals.find(`get job "${id}"`, id, options));
    },
    async list(options = {}) {
      options.signal?.throwIfAborted();
      return (await journals.look("list jobs", [], options)).map(jobInfo);
    },
  };
}

function jobInfo(record: JobRecord): JobInfo {
  return {
    id: record.id,
    command: record.asked?.command ?? "",
    startedTime: new Date((Number.parseInt(record.started) || 0) * 1000),
    // One that was edited must not hide the others.
    status: statusOf(record) ?? { state: "lost" },
    stdoutBytes: record.stdout,
    stderrBytes: record.stderr,
  };
}
