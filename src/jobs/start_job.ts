import type { Account } from "../connection/accounts.ts";
import type { CallOptions } from "../connection/call_options.ts";
import { said } from "../connection/error_map/failure.ts";
import { checkMilliseconds } from "../errors/checks.ts";
import { argvOf, checkEnvs, checkWord, type Command } from "../process/command.ts";
import { TREE_SCRIPT } from "../process/tree_script.ts";
import { cancelSource, type InputFile, inputFile, isEmpty, withInputFile } from "../process/input_file.ts";
import { JobHandle } from "./job_handle.ts";
import { checkJobId } from "./job_id.ts";
import type { JobOptions } from "./jobs.ts";
import type { Journals } from "./journals.ts";
import type { Asked, JobRecord } from "./record.ts";
import type { Answer } from "./run_script.ts";
import { LAUNCH, RUN } from "./scripts/run_scripts.ts";
import { CLAIM, START } from "./scripts/start_script.ts";

/** So many characters fit into one argument, whatever they are. */
const PIECE = /[^]{1,16000}/gu;
/** `sleep` takes no more everywhere: 68 years. */
const MOST_SECONDS = 2 ** 31 - 1;
/** With so little left, a file that could not be written did not fit. */
const FULL_KIB = 8;

/** What is to be started, checked. */
interface Plan {
  readonly id: string;
  readonly what: string;
  readonly argv: readonly string[];
  readonly envs: Record<string, string>;
  readonly asked: Asked;
  readonly account: Account;
  readonly input: InputFile | undefined;
}

/** Starts a job, or takes the one that has the id. `toTheEnd`: what may start it already is waited for in any case. */
export async function startJob(
  journals: Journals,
  command: Command,
  options: JobOptions,
  toTheEnd: boolean = false,
): Promise<JobHandle> {
  try {
    return await start(journals, await planOf(journals, command, options), options, toTheEnd);
  } catch (error) {
    void cancelSource(options.stdin, error);
    throw error;
  }
}

async function planOf({ connection }: Journals, command: Command, options: JobOptions): Promise<Plan> {
  const { cwd, stdin, signal } = options;
  const argv = argvOf(command);
  const id = options.id === undefined ? crypto.randomUUID() : checkJobId(options.id);
  const envs = checkEnvs(options.envs);
  const timeoutMs = checkMilliseconds("timeoutMs", options.timeoutMs ?? 0);
  if (cwd !== undefined) checkWord("cwd", cwd);
  const input = stdin === undefined || isEmpty(stdin) ? undefined : inputFile(stdin);
  const account = connection.accounts.forCommand(options.user);
  connection.timeoutMs(options);
  signal?.throwIfAborted();
  const asked = {
    command,
    ...(cwd !== undefined && { cwd }),
    user: account.username,
    envs: await digest(envs),
    ...(timeoutMs > 0 && timeoutMs < Infinity && { timeoutMs }),
  };
  return { id, what: `start job "${id}"`, argv, envs, asked, account, input };
}

async function start(
  journals: Journals,
  plan: Plan,
  options: JobOptions,
  toTheEnd: boolean,
): Promise<JobHandle> {
  const { id, what, input, account } = plan;
  const directory = await journals.directory(what, account, options);
  await claim(journals, plan, directory, options);
  const { signal, requestTimeoutMs } = options;
  const upload = { user: account.username, signal, requestTimeoutMs };
  const call = { requestTimeoutMs, ...(!toTheEnd && { signal }) };
  const started = await withInputFile(input, journals.files, upload, () => {
    signal?.throwIfAborted();
    return run(journals, plan, directory, call);
  });
  const { record, isNew } = started;
  if (!isNew) checkSame(journals, plan, record);
  return new JobHandle(journals, id, record);
}

async function run(
  journals: Journals,
  { id, what, argv, envs, asked, account, input }: Plan,
  directory: string,
  options: CallOptions,
): Promise<{ readonly record: JobRecord; readonly isNew: boolean }> {
  // The scripts find their tools by the daemon's own PATH, the command its own by the caller's.
  const { PATH, ...others } = envs;
  const limit = asked.timeoutMs === undefined ? "" : `${Math.min(asked.timeoutMs / 1000, MOST_SECONDS)}`;
  const pieces = JSON.stringify(asked).match(PIECE)!;
  const nonce = crypto.randomUUID();
  const script = {
    what,
    text: START,
    args: [
      ...[
        directory,
        id,
        nonce,
        input?.path ?? "",
        limit,
        PATH === undefined ? "" : `=${PATH}`,
        LAUNCH,
        RUN,
        TREE_SCRIPT,
      ],
      ...[`${pieces.length}`, ...pieces, ...argv],
    ],
    account,
    envs: others,
    ...(asked.cwd !== undefined && { cwd: asked.cwd }),
    completes: true,
  };
  const answer = await journals.run(script, options);
  if (answer.word !== "new" && answer.word !== "old") throw notStarted(journals, what, answer);
  const [record] = journals.read(what, answer, answer.word.length + 1);
  if (record === undefined) throw journals.unexpected(what, answer);
  // An earlier attempt, whose answer was lost, has the same word.
  return { record, isNew: record.started.endsWith(` ${nonce}`) };
}

/** Notes where a job of another account lies, and that its id is taken. */
async function claim(journals: Journals, plan: Plan, directory: string, options: JobOptions): Promise<void> {
  const { id, what, account } = plan;
  const { finder } = journals;
  if (account.username === finder.username) return;
  if (await journals.directory(what, finder, options) === directory) return;
  const script = { what, text: CLAIM, args: [id, `${directory}/${id}`], account: finder };
  const answer = await journals.run(script, options);
  if (answer.word === "taken") throw taken(journals, what, "another account has a job of this id");
  if (answer.word !== "ok") throw notStarted(journals, what, answer);
}

/** A job that is there already must be the one that is asked for. */
function checkSame(journals: Journals, { what, asked }: Plan, record: JobRecord): void {
  const there = record.asked;
  if (there === undefined) throw taken(journals, what, "there is a journal of this id that is not whole");
  const key = ({ command, cwd, user, envs }: Asked) => JSON.stringify([command, cwd, user, envs]);
  if (key(there) === key(asked)) return;
  throw taken(journals, what, "there is another job of this id: its command, cwd, envs or account is not the same");
}

function taken(journals: Journals, what: string, detail: string): Error {
  return journals.error(what, detail, "already_exists", "Take another id, or get() and remove() that job first");
}

function notStarted(journals: Journals, what: string, answer: Answer): Error {
  const [, free] = /^failed ?(\d*)$/.exec(answer.word) ?? [];
  if (free === undefined) return journals.unexpected(what, answer);
  const words = said(journals.context(what), answer.words.split("\n").at(-1)!, 200);
  const full = free !== "" && Number(free) <= FULL_KIB || /no space left|quota exceeded/i.test(answer.words);
  return full
    ? journals.error(what, "the sandbox has no space left for its journal", "no_space", "Free some, nothing has run")
    : journals.error(what, `its journal cannot be written${words && `: ${words}`}`, "internal");
}

/** A digest of an environment, so that its values need not be noted; empty where there is none. */
async function digest(envs: Record<string, string>): Promise<string> {
  const sorted = Object.entries(envs).sort(([a], [b]) => a < b ? -1 : 1);
  if (sorted.length === 0) return "";
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(JSON.stringify(sorted)));
  return Array.from(new Uint8Array(hash).subarray(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
