import type { Account } from "../connection/accounts.ts";
import type { CallOptions, UserOptions } from "../connection/call_options.ts";
import type { Connection } from "../connection/connection.ts";
import { type CallContext, failure, type FailureCode, said } from "../connection/error_map/failure.ts";
import { isSandboxError } from "../errors/is_sandbox_error.ts";
import type { SandboxError } from "../errors/sandbox_error.ts";
import type { InputFiles } from "../process/input_file.ts";
import type { Bytes } from "../streams/bytes.ts";
import { Healing } from "./heal.ts";
import { type JobRecord, records } from "./record.ts";
import { type Answer, runScript, type Script } from "./run_script.ts";
import { LOOK } from "./scripts/look_script.ts";

/** What jobs need of files: the client hands it over. */
export interface JournalFiles extends InputFiles {
  /** Reads from an offset on, up to the end that the file has at that moment. */
  readStream(
    path: string,
    options: UserOptions & { range?: { start: number } | undefined },
  ): Promise<ReadableStream<Bytes>>;
  /** Hears what happens to the entries of a directory. */
  watchDir(path: string, options: UserOptions): Promise<JournalWatch>;
}

/** What happens, for as long as it is listened to. */
export interface JournalWatch extends AsyncIterable<{ readonly name: string }> {
  stop(): Promise<void>;
}

/** Where jobs are found, whoever runs them: in the home of this account, or of the one that `authHeader` selects. */
const FINDER = "root";

/** The wait for more of a job: so far each stream was read, where it matters. */
export interface Beyond {
  readonly tenths: number;
  readonly stdout?: number | undefined;
  readonly stderr?: number | undefined;
}

/** The journals of one sandbox. */
export class Journals {
  readonly connection: Connection;
  readonly files: JournalFiles;
  readonly #homes = new Map<string, string>();

  constructor(connection: Connection, files: JournalFiles) {
    this.connection = connection;
    this.files = files;
  }

  /** The account that finds jobs. */
  get finder(): Account {
    return this.connection.accounts.forCommand(FINDER);
  }

  /** What a call about a job is about. */
  context(what: string): CallContext {
    return this.connection.context(what);
  }

  /** An error of such a call. */
  error(what: string, detail: string, code: FailureCode, hint?: string): SandboxError {
    return failure(this.context(what), detail, { code, hint }).error;
  }

  /** There is no such job, or no more. */
  gone(what: string): SandboxError {
    return this.error(what, "there is no such job", "job_not_found");
  }

  /** The journal was edited. */
  garbled(what: string, file: string): SandboxError {
    return this.error(what, `the file "${file}" of its journal makes no sense`, "protocol", EDITED);
  }

  /** An answer that is none of the script's. */
  unexpected(what: string, { words }: Answer): SandboxError {
    const tail = words === "" ? "" : `: ${said(this.context(what), words, 200)}`;
    return this.error(what, `the sandbox's shell gave no answer${tail}`, "protocol");
  }

  /** Where the jobs of an account lie. */
  async directory(what: string, { username, authorization }: Account, options: CallOptions): Promise<string> {
    const known = this.#homes.get(username);
    if (known !== undefined) return known;
    const { filesystem } = this.connection.rpc;
    const call = this.connection.call(what, "file", options, authorization);
    const stat = async () => (await filesystem.stat({ path: "~" }, call, options.signal)).entry?.path;
    const home = await stat().catch(async (error) => {
      if (!isSandboxError(error, "file_not_found")) throw error;
      await filesystem.makeDir({ path: "~" }, call, options.signal);
      return await stat();
    });
    if (home === undefined || !home.startsWith("/")) {
      throw this.error(what, "the home directory has no path", "protocol");
    }
    const directory = `${home}/.kruise/jobs`;
    this.#homes.set(username, directory);
    return directory;
  }

  /** Runs a script, again where the connection broke: each can run twice. `again` tells that it may have run before. */
  async run(script: Script, options: CallOptions, again: () => void = () => {}): Promise<Answer> {
    const healing = new Healing(this.connection, options.signal, "few");
    return await healing.repeat(() => runScript(this.connection, script, options), again);
  }

  /** One job. */
  async find(what: string, id: string, options: CallOptions): Promise<JobRecord> {
    const [record] = await this.look(what, [id], options);
    if (record === undefined) throw this.gone(what);
    return record;
  }

  /** Jobs; all where none is named. */
  async look(what: string, ids: readonly string[], options: CallOptions): Promise<JobRecord[]> {
    const script = this.#lookScript(what, ids, { tenths: 0 });
    return this.read(what, await this.run(script, options));
  }

  /** One job, once there is more of it, or it has ended, or some time has passed. Tries once. */
  async await(what: string, id: string, beyond: Beyond, options: CallOptions): Promise<JobRecord | undefined> {
    const script = { ...this.#lookScript(what, [id], beyond), extraMs: beyond.tenths * 200 };
    return this.read(what, await runScript(this.connection, script, options))[0];
  }

  /** What a script printed of journals. */
  read(what: string, answer: Answer, from: number = 0): JobRecord[] {
    const found = records(answer.bytes.subarray(from));
    if (found === undefined) throw this.unexpected(what, answer);
    return found;
  }

  #lookScript(what: string, ids: readonly string[], { tenths, stdout, stderr }: Beyond): Script {
    const args = [`${tenths}`, `${stdout ?? ""}`, `${stderr ?? ""}`, ...ids];
    return { what, text: LOOK, args, account: this.finder };
  }
}

const EDITED = "It was edited: what the job printed is still in its journal, see docs/jobs.md";
