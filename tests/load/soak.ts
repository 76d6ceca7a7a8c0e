/** One load of `deno task soak`: a runtime in one process, its client in another, and a look at what both leave behind. */

import type { Job, News } from "./job.ts";
import { connections, descriptors, marked, memoryMib } from "./left.ts";
import { delay } from "./load.ts";
import { type LoadName, loadOf } from "./loads/mod.ts";
import { type Launch, type Program, start } from "./programs.ts";

/** One line of the table. */
export interface Row {
  readonly load: LoadName;
  readonly count: number;
  /** How far the client's memory may grow beyond what it has when it begins, in MiB. */
  readonly peakMib: number;
  /** How far it may still rise after a quarter of the time, in MiB: what is kept grows on. */
  readonly riseMib?: number;
}

/** How it went. */
export interface Report {
  readonly row: Row;
  readonly count: number;
  readonly unit: string;
  readonly seconds: number;
  /** The growth of the peak of resident memory, in MiB. */
  readonly client: number;
  readonly runtime: number;
  /** By how much the client's memory still rose from the second quarter of the time to the last, in MiB. */
  readonly rise: number;
  /** What is wrong; empty where nothing is. */
  readonly problems: readonly string[];
}

/** How a row is to be run. */
export interface SoakOptions {
  readonly launch: Launch;
  readonly seed: number;
  /** Takes so much of the whole. */
  readonly factor: number;
  /** Is told how far it is. */
  readonly onProgress: (row: Row, done: number, count: number) => void;
}

const SAMPLE_MS = 500;
/** Fewer in a quarter tell nothing: engines take most of a minute to settle. */
const FEW_SAMPLES = 25;
/** How long a client may say nothing, beside the minutes of a stream. */
const SILENCE_MS = 300_000;
/** How long it may still run when it is done: nothing of the client's may keep it alive. */
const EXIT_MS = 15_000;
/** How long things may take to be gone. */
const GONE_MS = 10_000;
/** What an engine opens for itself, late. */
const OWN_DESCRIPTORS = 8;

/** Runs one row. */
export async function soak(row: Row, { launch, seed, factor, onProgress }: SoakOptions): Promise<Report> {
  const mark = crypto.randomUUID();
  const count = row.load === "stream" ? row.count : Math.max(2, Math.round(row.count * factor));
  const runtime = start(withArguments(launch("runtime"), mark));
  const problems: string[] = [];
  let memory = { client: NaN, runtime: NaN, rise: NaN };
  let seconds = NaN;
  try {
    const { url, token } = await hello(runtime);
    const open = descriptors(runtime.pid);
    const job: Job = { url, token, load: row.load, count, seed, factor };
    const client = start(withArguments(launch("client"), JSON.stringify(job)));
    try {
      await expect(client, "ready");
      const samples = new Samples(client.pid, runtime.pid);
      const began = performance.now();
      await client.say("go");
      problems.push(...await follow(client, (done) => onProgress(row, done, count)));
      seconds = (performance.now() - began) / 1000;
      memory = samples.stop();
      const { peakMib, riseMib = Infinity } = row;
      if (memory.client > peakMib) problems.push(`the client's memory grew by more than ${peakMib} MiB`);
      if (memory.rise > riseMib) problems.push(`the client's memory still rose by more than ${riseMib} MiB`);
      await client.say("end").catch(() => {});
      if (!await endsBySelf(client)) problems.push(`the client still ran ${EXIT_MS} ms after its work`);
    } finally {
      await client.stop();
    }
    const { port } = new URL(url);
    await gone(() => connections(Number(port)), "connections", problems);
    await gone(() => descriptors(runtime.pid) - open - OWN_DESCRIPTORS, "files and pipes of the runtime", problems);
    await gone(() => marked(mark).filter((line) => !line.startsWith(`${runtime.pid} `)).length, "processes", problems);
  } catch (error) {
    problems.push(String(error));
  } finally {
    await runtime.stop();
  }
  if (await runtime.ended !== 0) problems.push(`the runtime ended badly\n${await runtime.complaints}`);
  const left = marked(mark);
  if (left.length > 0) problems.push(`processes outlived the runtime:\n${left.join("\n")}`);
  return { row, count, unit: loadOf(row.load, factor).unit, seconds, ...memory, problems };
}

function withArguments([command, ...args]: ReturnType<Launch>, ...more: string[]): [string, ...string[]] {
  return [command, ...args, ...more];
}

async function hello(runtime: Program): Promise<{ url: string; token: string }> {
  const { value, done } = await runtime.lines.next();
  if (done) throw new Error(`The runtime did not start\n${await runtime.complaints}`);
  return JSON.parse(value);
}

async function expect(client: Program, type: News["type"]): Promise<void> {
  const { value, done } = await client.lines.next();
  if (done) throw new Error(`The client did not start\n${await client.complaints}`);
  const news: News = JSON.parse(value);
  if (news.type !== type) throw new Error(news.type === "failed" ? news.error : `It said ${value}`);
}

/** Reads what the client says, up to the end of its work, and gives what is wrong. */
async function follow(client: Program, onProgress: (done: number) => void): Promise<readonly string[]> {
  let silent = false;
  const hang = () => {
    silent = true;
    void client.stop();
  };
  let timer = setTimeout(hang, SILENCE_MS);
  try {
    while (true) {
      const { value, done } = await client.lines.next();
      if (silent) return [`the client said nothing for ${SILENCE_MS} ms`];
      if (done) return [`the client ended in the middle\n${await client.complaints}`];
      clearTimeout(timer);
      timer = setTimeout(hang, SILENCE_MS);
      const news: News = JSON.parse(value);
      if (news.type === "progress") onProgress(news.done);
      if (news.type === "done") return [];
      if (news.type === "failed") return [news.error];
    }
  } finally {
    clearTimeout(timer);
  }
}

async function endsBySelf(client: Program): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<false>((resolve) => timer = setTimeout(() => resolve(false), EXIT_MS));
  const result = await Promise.race([client.ended.then(() => true), late]);
  clearTimeout(timer);
  return result;
}

async function gone(count: () => number, what: string, problems: string[]): Promise<void> {
  for (let waited = 0; waited < GONE_MS && count() > 0; waited += 50) await delay(50);
  const left = count();
  if (left > 0) problems.push(`${left} ${what} are left`);
}

/** Looks at the memory of both all the while. */
class Samples {
  readonly #client: number;
  readonly #runtime: number;
  readonly #before: { readonly client: number; readonly runtime: number };
  readonly #resident: number[] = [];
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(client: number, runtime: number) {
    this.#client = client;
    this.#runtime = runtime;
    for (const pid of [client, runtime]) forgetPeak(pid);
    this.#before = { client: memoryMib(client), runtime: memoryMib(runtime) };
    this.#timer = setInterval(() => this.#resident.push(memoryMib(client)), SAMPLE_MS);
  }

  /** The growth of both peaks, and the late rise of the client's. */
  stop(): { client: number; runtime: number; rise: number } {
    clearInterval(this.#timer);
    const quarter = Math.floor(this.#resident.length / 4);
    const [early, late] = [this.#resident.slice(quarter, 2 * quarter), this.#resident.slice(-quarter)];
    return {
      client: memoryMib(this.#client, "VmHWM") - this.#before.client,
      runtime: memoryMib(this.#runtime, "VmHWM") - this.#before.runtime,
      rise: quarter < FEW_SAMPLES ? NaN : median(late) - median(early),
    };
  }
}

/** Sets the peak of a process back to what is resident now. */
function forgetPeak(pid: number): void {
  try {
    Deno.writeTextFileSync(`/proc/${pid}/clear_refs`, "5");
  } catch {
    // Not Linux, or not allowed: the peak then includes the start.
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
