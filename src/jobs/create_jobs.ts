import type { Connection } from "../connection/connection.ts";
import { JobHandle } from "./job_handle.ts";
import { checkJobId } from "./job_id.ts";
import type { JobInfo, Jobs } from "./jobs.ts";
import { type JournalFiles, Journals } from "./journals.ts";
import { type JobRecord, statusOf } from "./record.ts";
import { startJob } from "./start_job.ts";

/** The jobs of the sandbox at the other end of a connection. */
export function createJobs(connection: Connection, files: JournalFiles): Jobs {
  const journals = new Journals(connection, files);
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
