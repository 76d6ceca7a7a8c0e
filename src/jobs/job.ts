import type { CallOptions } from "../connection/call_options.ts";
import type { CommandResult } from "../errors/command_result.ts";
import type { WaitOptions } from "../process/deliver.ts";
import type { OutputOptions } from "../process/output.ts";
import type { Bytes } from "../streams/bytes.ts";

/** How a job is. */
export type JobStatus =
  | {
    /** It runs. */
    readonly state: "running";
    /** The process id of the command. */
    readonly pid: number;
  }
  | {
    /** It has ended, and how is known. */
    readonly state: "exited";
    /** The exit code, as a shell says it: 128 + n after a signal. */
    readonly exitCode: number;
    /**
     * The signal that ended it, where that is known: SIGTERM or SIGKILL of `kill` or of the time limit. A shell tells a
     * command that died of a signal by nobody's hand here like one that exited with 128 + n.
     */
    readonly signal?: string;
    /** Its `timeoutMs` ran out. */
    readonly timedOut?: true;
  }
  | {
    /**
     * It does not run, and how it ended was not noted: the machine was restarted, what ran beside it to note that was
     * killed, or its start was cut off.
     */
    readonly state: "lost";
  };

/** What {@linkcode Job.output} takes. */
export interface JobOutputOptions {
  /**
   * Which one.
   *
   * @default {"stdout"}
   */
  stream?: "stdout" | "stderr" | undefined;
  /**
   * The offset of the first byte. Beyond the end there is nothing to read yet.
   *
   * @default {0}
   */
  from?: number | undefined;
  /**
   * Whether the stream goes on with what comes, until the job has ended. Otherwise it ends with what there is.
   *
   * @default {false}
   */
  follow?: boolean | undefined;
  /** Ends the reading with its reason; the job goes on. */
  signal?: AbortSignal | undefined;
}

/** What {@linkcode Job.kill} takes. */
export interface JobKillOptions extends CallOptions {
  /**
   * How long the job may take to end after SIGTERM, in milliseconds.
   *
   * @default {2_000}
   */
  graceMs?: number | undefined;
}

/**
 * A job of the sandbox: a command that outlives its caller. It holds no connection.
 *
 * Reading and waiting survive connections that break, and restarts of the daemon: they go on from the exact byte, until
 * nothing could be reached for 60 s. `retry: false` of the client switches that off.
 *
 * @example Follow it
 * ```ts
 * import { RuntimeClient } from "@kruise-agents/runtime";
 * import { startLocalRuntime } from "@kruise-agents/runtime/local";
 * import { assertEquals } from "@std/assert";
 *
 * await using runtime = await startLocalRuntime();
 * const { jobs } = new RuntimeClient(runtime.clientOptions());
 * const job = await jobs.start("echo one; sleep 0.2; echo two");
 * const output = await job.output({ follow: true, from: 2 });
 * assertEquals(await new Response(output).text(), "e\ntwo\n");
 * ```
 */
export interface Job {
  /** What it is found by. */
  readonly id: string;
  /**
   * Asks how it is.
   *
   * @param options A signal and a limit for the request.
   * @returns Its state.
   * @throws {NotFoundError} `job_not_found`: it was removed.
   * @throws {SandboxError} `protocol`: its journal was edited and makes no sense.
   */
  status(options?: CallOptions): Promise<JobStatus>;
  /**
   * Reads its output from an exact byte on.
   *
   * While it follows and nothing comes, a request waits in the sandbox, and after a while a watch; what comes is there
   * within 250 ms. What something in the background prints after the job's end is in the journal, but not waited for.
   *
   * @param options Which stream, from where, and whether to follow it.
   * @returns The bytes. The stream fails with `job_not_found` where the job is removed meanwhile.
   * @throws {RangeError} When `from` is no offset.
   *
   * @example Go on where another has stopped
   * ```ts
   * import { RuntimeClient } from "@kruise-agents/runtime";
   * import { startLocalRuntime } from "@kruise-agents/runtime/local";
   * import { assertEquals } from "@std/assert";
   *
   * await using runtime = await startLocalRuntime();
   * const { jobs } = new RuntimeClient(runtime.clientOptions());
   * const job = await jobs.start(["echo", "hello"]);
   * await job.wait();
   * assertEquals(await new Response(await job.output({ from: 4 })).text(), "o\n");
   * ```
   */
  output(options?: JobOutputOptions): Promise<ReadableStream<Bytes>>;
  /**
   * Waits for its end and takes its output, all from the first byte. Every waiter gets the same, at any time.
   *
   * @param options Callbacks for output, what is kept of it, `check`, and a signal for the waiting. The job goes on
   *   whatever ends the waiting; with `overflow: "throw"` too. The default is `"truncate"`.
   * @returns How it ended, with the output that is kept.
   * @throws {CommandExitError} When the exit code is not 0, unless `check` is false.
   * @throws {TimeoutError} `command_timeout`: the `timeoutMs` it was started with ran out.
   * @throws {DisconnectedError} When it is lost: nobody knows its exit code.
   * @throws {NotFoundError} `job_not_found`: it was removed.
   *
   * @example With its output as it comes
   * ```ts
   * import { RuntimeClient } from "@kruise-agents/runtime";
   * import { startLocalRuntime } from "@kruise-agents/runtime/local";
   * import { assertEquals } from "@std/assert";
   *
   * await using runtime = await startLocalRuntime();
   * const { jobs } = new RuntimeClient(runtime.clientOptions());
   * const job = await jobs.start(["seq", "3"]);
   * let text = "";
   * await job.wait({ onStdout: (part) => void (text += part) });
   * assertEquals(text, "1\n2\n3\n");
   * ```
   */
  wait(options?: WaitOptions & OutputOptions): Promise<CommandResult>;
  /**
   * Ends it with all of its processes, in the sandbox: SIGTERM, the grace, SIGKILL. How it ended is noted.
   *
   * @param options The grace; a signal and a limit for the request beyond it.
   * @returns Whether it was running.
   *
   * @example A shell and what it waits for
   * ```ts
   * import { RuntimeClient } from "@kruise-agents/runtime";
   * import { startLocalRuntime } from "@kruise-agents/runtime/local";
   * import { assertEquals } from "@std/assert";
   *
   * await using runtime = await startLocalRuntime();
   * const { jobs } = new RuntimeClient(runtime.clientOptions());
   * const job = await jobs.start("sleep 600; echo never");
   * assertEquals([await job.kill(), await job.kill()], [true, false]);
   * assertEquals(await job.status(), { state: "exited", exitCode: 143, signal: "SIGTERM" });
   * ```
   */
  kill(options?: JobKillOptions): Promise<boolean>;
  /**
   * Removes its journal, and with it the job. One that is gone already is no error.
   *
   * @param options A signal and a limit for the request.
   * @throws {InvalidArgumentError} `invalid_argument`: it runs.
   */
  remove(options?: CallOptions): Promise<void>;
}
