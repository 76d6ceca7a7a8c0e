import type { CallOptions, UserOptions } from "../connection/call_options.ts";
import type { Command } from "../process/command.ts";
import type { InputData } from "../streams/input_data.ts";
import type { Job, JobStatus } from "./job.ts";

/** What {@linkcode Jobs.start} takes. Its `signal` ends the call only: a job outlives its caller. */
export interface JobOptions extends UserOptions {
  /** Environment variables beside the daemon's own. */
  envs?: Record<string, string> | undefined;
  /**
   * The working directory.
   *
   * @default the home directory of the account
   */
  cwd?: string | undefined;
  /**
   * What the job is found by: 1 to 128 of `A-Z a-z 0-9 . _ -`, not beginning with `.` or `-`. Starting is idempotent
   * by it: a job that has the id already and was asked for alike is taken as it is, whether it runs or has ended. Not
   * compared are `stdin` and `timeoutMs`.
   *
   * @default a random one
   */
  id?: string | undefined;
  /** Standard input: put into a file of the sandbox before the job starts. Absent: end of file at once. */
  stdin?: InputData | undefined;
  /**
   * The life of the job in milliseconds, enforced in the sandbox, whoever still watches: SIGTERM to all of its
   * processes, and SIGKILL 2 s later. 0: unlimited.
   *
   * @default unlimited
   */
  timeoutMs?: number | undefined;
}

/** A job in a list. */
export interface JobInfo {
  /** What it is found by. */
  readonly id: string;
  /** The command as it was asked for; empty where its journal was edited. */
  readonly command: Command;
  /** When it was started, by the clock of the sandbox, in whole seconds. */
  readonly startedTime: Date;
  /** How it is. */
  readonly status: JobStatus;
  /** How much it has written to standard output. */
  readonly stdoutBytes: number;
  /** How much it has written to standard error. */
  readonly stderrBytes: number;
}

/**
 * Commands that outlive their callers. A job runs in a session of its own, its output, pid and exit code are noted in
 * files of the sandbox, and any later client, on any machine, attaches to it by its id: no byte is lost or comes twice,
 * whatever connections broke in between, the daemon's restart included.
 *
 * @example Start here, read elsewhere
 * ```ts
 * import { RuntimeClient } from "@kruise-agents/runtime";
 * import { startLocalRuntime } from "@kruise-agents/runtime/local";
 * import { assertEquals } from "@std/assert";
 *
 * await using runtime = await startLocalRuntime();
 * await new RuntimeClient(runtime.clientOptions()).jobs.start("echo built; exit 3", { id: "build-7" });
 *
 * const later = new RuntimeClient(runtime.clientOptions());
 * const job = await later.jobs.get("build-7");
 * const { exitCode, stdout } = await job.wait({ check: false });
 * assertEquals([exitCode, stdout], [3, "built\n"]);
 * await job.remove();
 * ```
 */
export interface Jobs {
  /**
   * Starts a job and resolves when it runs, or takes the one that has the id. A start whose answer was lost is repeated
   * by itself, and can be repeated with the same id: the job never runs twice.
   *
   * @param command A command line for `/bin/bash -l -c`, or an argv that no shell parses.
   * @param options Where and how to run it.
   * @returns The job.
   * @throws {InvalidArgumentError} `already_exists`: the id is taken by another command, directory, environment or
   *   account; or what the daemon refuses, a missing `cwd` for one.
   * @throws {SandboxError} `no_space`: the journal does not fit on the disk; nothing runs.
   * @throws {RangeError} When the id cannot be one.
   *
   * @example Twice is once
   * ```ts
   * import { RuntimeClient } from "@kruise-agents/runtime";
   * import { startLocalRuntime } from "@kruise-agents/runtime/local";
   * import { assertEquals } from "@std/assert";
   *
   * await using runtime = await startLocalRuntime();
   * const { jobs } = new RuntimeClient(runtime.clientOptions());
   * const [first, second] = [await jobs.start(["date", "+%N"], { id: "once" }), await jobs.start(["date", "+%N"], { id: "once" })];
   * assertEquals((await first.wait()).stdout, (await second.wait()).stdout);
   * ```
   */
  start(command: Command, options?: JobOptions): Promise<Job>;
  /**
   * Attaches to a job that was started before, by whomever.
   *
   * @param id Its id.
   * @param options A signal and a limit for the request.
   * @returns The job.
   * @throws {NotFoundError} `job_not_found`, where there is none.
   *
   * @example There is none
   * ```ts
   * import { isSandboxError, RuntimeClient } from "@kruise-agents/runtime";
   * import { startLocalRuntime } from "@kruise-agents/runtime/local";
   * import { assert } from "@std/assert";
   *
   * await using runtime = await startLocalRuntime();
   * const { jobs } = new RuntimeClient(runtime.clientOptions());
   * const error = await jobs.get("build-8").catch((error) => error);
   * assert(isSandboxError(error, "job_not_found"));
   * ```
   */
  get(id: string, options?: CallOptions): Promise<Job>;
  /**
   * Lists the jobs whose journals are there, of all accounts, ended ones too.
   *
   * @param options A signal and a limit for the request.
   * @returns The jobs, by their ids.
   *
   * @example How they are
   * ```ts
   * import { RuntimeClient } from "@kruise-agents/runtime";
   * import { startLocalRuntime } from "@kruise-agents/runtime/local";
   * import { assertEquals } from "@std/assert";
   *
   * await using runtime = await startLocalRuntime();
   * const { jobs } = new RuntimeClient(runtime.clientOptions());
   * await (await jobs.start(["echo", "hello"], { id: "greeting" })).wait();
   * const [job] = await jobs.list();
   * assertEquals([job?.id, job?.status.state, job?.stdoutBytes], ["greeting", "exited", 6]);
   * ```
   */
  list(options?: CallOptions): Promise<JobInfo[]>;
}
