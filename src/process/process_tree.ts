import { ALWAYS_THERE } from "../connection/accounts.ts";
import type { Connection } from "../connection/connection.ts";
import { withLimits } from "../connection/deadline.ts";
import { SandboxError } from "../errors/sandbox_error.ts";
import type { Bytes } from "../streams/bytes.ts";
import { LineSplitter } from "../streams/lines.ts";
import { decodeUtf8 } from "../streams/utf8_decoder.ts";
import { openStream } from "./open_stream.ts";
import type { ProcessStream } from "./process_stream.ts";
import { TREE_SCRIPT } from "./tree_script.ts";

/** How long a helper may take to start. Then it is done without. */
const START_MS = 5_000;
/** How long it may take beside the grace: it gives what it has killed 3 s to die. */
const REPORT_MS = 4_000;
/** So many helpers are started at a time. */
const MOST_STARTING = 8;
/** One helper takes no more: its arguments are limited. */
const MOST_TARGETS = 1_000;

/** A process whose tree is to end. */
export interface TreeTarget {
  readonly pid: number;
  /** Whether its end was told: then only what it left behind is meant, and never what has its process id now. */
  readonly ended: boolean;
  /** What passes between SIGTERM and SIGKILL; 0: SIGKILL at once. */
  readonly graceMs: number;
}

/** What became of a process tree. */
export interface TreeEnd {
  /** Whether there was anything of it. */
  readonly found: boolean;
  /** What of it did not die. */
  readonly left: readonly number[];
}

interface Waiting extends TreeTarget {
  resolve(end: TreeEnd): void;
  reject(error: unknown): void;
}

const killers = new WeakMap<Connection, TreeKiller>();

/**
 * Ends a process and all that it has started, by a helper command in the sandbox: the daemon signals single processes
 * only, and loses what they print then. Rejects where the helper cannot be run.
 */
export function killTree(connection: Connection, target: TreeTarget): Promise<TreeEnd> {
  let killer = killers.get(connection);
  if (killer === undefined) killers.set(connection, killer = new TreeKiller(connection));
  return killer.kill(target);
}

/**
 * One helper for all trees that are to end at the same moment, as when one signal ends many; while many helpers are being
 * started, one for all that come meanwhile. Otherwise each has its own: in a Worker nothing may wait for what another
 * request has begun.
 */
class TreeKiller {
  readonly #connection: Connection;
  #waiting: Waiting[] = [];
  #starting = 0;
  #scheduled = false;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  kill(target: TreeTarget): Promise<TreeEnd> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ...target, resolve, reject });
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#scheduled || this.#waiting.length === 0 || this.#starting >= MOST_STARTING) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#start();
    });
  }

  #start(): void {
    const { graceMs } = this.#waiting[0]!;
    const batch = this.#waiting.filter((target) => target.graceMs === graceMs).slice(0, MOST_TARGETS);
    this.#waiting = this.#waiting.filter((target) => !batch.includes(target));
    this.#starting++;
    let onStarted = () => {
      onStarted = () => {};
      this.#starting--;
      this.#schedule();
    };
    void runHelper(this.#connection, batch, () => onStarted()).catch((error) => {
      for (const { reject } of batch) reject(error);
    }).finally(() => onStarted());
    this.#schedule();
  }
}

async function runHelper(connection: Connection, batch: readonly Waiting[], onStarted: () => void): Promise<void> {
  const pids = [...new Set(batch.map(({ pid }) => pid))];
  const what = pids.length === 1 ? `end the process tree of ${pids[0]}` : `end ${pids.length} process trees`;
  const { authorization } = connection.accounts.forCommand(ALWAYS_THERE);
  const call = connection.call(what, "process", { requestTimeoutMs: START_MS }, authorization);
  const targets = pids.map((pid) => batch.every((target) => target.pid !== pid || target.ended) ? `e${pid}` : `${pid}`);
  const hundredths = String(Math.ceil(Math.min(batch[0]!.graceMs, LONGEST_MS) / 10));
  const args = ["-c", TREE_SCRIPT, "sh", hundredths, ...targets];
  const request = { start: { process: { cmd: "/bin/sh", args, envs: {}, cwd: "/" }, stdin: false } };
  const stream = await openStream(connection, call, request, {}, () => Promise.resolve());
  onStarted();
  const timeoutMs = batch[0]!.graceMs + REPORT_MS;
  const waiting = new Set(batch);
  const told: (() => void)[] = [];
  try {
    // What a helper that is late has to say is still read, for nobody.
    await withLimits({ timeoutMs, context: call }, () => readReports(stream, waiting, told));
  } catch (error) {
    // What was told of all is so, however the stream ends that told it.
    if (waiting.size > 0) throw error;
  }
  tell(told);
  if (waiting.size === 0) return;
  throw new SandboxError(`Cannot ${what}: the helper for it did not say what became of it`, {
    code: "internal",
    sandboxId: connection.options.sandboxId,
  });
}

function tell(told: (() => void)[]): void {
  for (const tellOne of told.splice(0)) tellOne();
}

/**
 * Notes of each target what became of it, and tells it while there are others to wait for. The last ones are told when
 * the helper is gone too: nothing is left then.
 */
async function readReports(stream: ProcessStream, waiting: Set<Waiting>, told: (() => void)[]): Promise<void> {
  const lines = new LineSplitter();
  for (let event = await stream.next(); event.$case !== "end"; event = await stream.next()) {
    if (event.value.output?.$case !== "stdout") continue;
    for (const line of lines.split(decodeUtf8(event.value.output.value as Bytes))) {
      const [pid, end] = parse(line);
      for (const target of waiting) {
        if (target.pid !== pid || end === undefined) continue;
        waiting.delete(target);
        told.push(() => target.resolve(end));
      }
    }
    if (waiting.size > 0) tell(told);
  }
}

/** No shell counts further, as far as is certain. */
const LONGEST_MS = 2 ** 31 - 1;

/** What the helper says about one process. */
function parse(line: string): [pid?: number, end?: TreeEnd] {
  const [, pid, what, left = ""] = /^(\d+) (none|gone|left)((?: \d+)*)$/.exec(line) ?? [];
  if (pid === undefined) return [];
  return [Number(pid), { found: what !== "none", left: left.split(" ").filter(Boolean).map(Number) }];
}
