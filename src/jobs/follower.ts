import type { Channel } from "../process/output.ts";
import type { Bytes } from "../streams/bytes.ts";
import { sleep, within } from "../time/timer.ts";
import { Healing } from "./heal.ts";
import { JournalReader } from "./journal_reader.ts";
import type { Journals, JournalWatch } from "./journals.ts";
import type { JobRecord } from "./record.ts";

/** A job, as one caller knows it. */
export interface Followed {
  readonly id: string;
  readonly dir: string;
  readonly started: string;
}

/** How long a request waits in the sandbox, in tenths of a second, before a watch takes its place. */
const SHORT_TENTHS = 50;
/** The same where there can be no watch. */
const LONG_TENTHS = 250;
/** So long nothing is heard, before it is looked whether the job lives. */
const LISTEN_MS = 60_000;
/** So many events of a stream that is not read. */
const MOST_OTHERS = 100;
/** A job that prints a little all the time is looked at so often at most. */
const ROUND_MS = 100;
const LITTLE_BYTES = 64 * 1024;

/** Follows streams of a job to its end. */
export class Follower {
  readonly #journals: Journals;
  readonly #what: string;
  readonly #job: Followed;
  readonly #signal: AbortSignal | undefined;
  readonly #healing: Healing;
  readonly #readers: readonly { readonly channel: Channel; readonly reader: JournalReader; drained: boolean }[];
  #last: JobRecord | undefined;
  #lookedAt = -Infinity;
  #readSince = 0;
  #silent = false;
  #deaf = false;

  /** `from` names the streams, and where to begin. */
  constructor(
    journals: Journals,
    what: string,
    job: Followed,
    from: Partial<Readonly<Record<Channel, number>>>,
    signal: AbortSignal | undefined,
  ) {
    this.#journals = journals;
    this.#what = what;
    this.#job = job;
    this.#signal = signal;
    this.#healing = new Healing(journals.connection, signal, "long");
    this.#readers = (Object.entries(from) as [Channel, number][]).map(([channel, offset]) => ({
      channel,
      reader: new JournalReader(journals, what, `${job.dir}/${channel}`, offset, this.#healing, signal),
      drained: false,
    }));
  }

  /** The journal as it was looked at last; after the end, how the job ended. */
  get last(): JobRecord | undefined {
    return this.#last;
  }

  /** The next bytes there are now, of any stream; undefined: none. */
  async read(): Promise<{ readonly channel: Channel; readonly data: Bytes } | undefined> {
    for (const one of this.#readers) {
      const { channel, reader, drained } = one;
      if (drained) continue;
      const data = await reader.next();
      if (data !== undefined) {
        this.#readSince += data.byteLength;
        return { channel, data };
      }
      one.drained = true;
    }
    return undefined;
  }

  /** Waits for more. false: the job had ended before everything was read, so that nothing comes any more. */
  async more(): Promise<boolean> {
    if (this.#last !== undefined && this.#last.state !== "running") return false;
    const pause = this.#lookedAt + ROUND_MS - performance.now();
    if (pause > 0 && this.#readSince < LITTLE_BYTES) await sleep(pause, this.#signal);
    this.#readSince = 0;
    const record = this.#silent && await this.#listen() || await this.#look(this.#deaf ? LONG_TENTHS : SHORT_TENTHS);
    this.#lookedAt = performance.now();
    this.#silent = this.#isOld(record);
    this.#last = record;
    for (const one of this.#readers) one.drained = record[one.channel] <= one.reader.offset;
    return true;
  }

  /** The journal, once there is more of it, or so much time has passed. */
  async #look(tenths: number): Promise<JobRecord> {
    const offsets = Object.fromEntries(this.#readers.map(({ channel, reader }) => [channel, reader.offset]));
    const { id, started } = this.#job;
    const record = await this.#healing.repeat(() =>
      this.#journals.await(this.#what, id, { tenths, ...offsets }, { signal: this.#signal })
    );
    if (record === undefined || record.started !== started) throw this.#journals.gone(this.#what);
    return record;
  }

  #isOld(record: JobRecord): boolean {
    return record.state === "running" && this.#readers.every((one) => record[one.channel] <= one.reader.offset);
  }

  /** Waits for more without a process in the sandbox. undefined: that cannot be. */
  async #listen(): Promise<JobRecord | undefined> {
    if (this.#deaf) return undefined;
    const { files, finder } = this.#journals;
    let watch: JournalWatch;
    try {
      watch = await files.watchDir(this.#job.dir, { user: finder.username, signal: this.#signal });
    } catch {
      // Whatever it is, there is the other way.
      this.#signal?.throwIfAborted();
      this.#deaf = true;
      return undefined;
    }
    try {
      const record = await this.#look(0);
      if (!this.#isOld(record)) return record;
      await within(LISTEN_MS, this.#hear(watch));
    } finally {
      void watch.stop().catch(() => {});
    }
    return await this.#look(0);
  }

  /** Something happens that matters. A job that prints much else would have to be heard out. */
  async #hear(watch: JournalWatch): Promise<void> {
    let others = 0;
    try {
      for await (const { name } of watch) {
        const other = name === "stdout" || name === "stderr";
        if (!other || this.#readers.some(({ channel }) => channel === name)) return;
        if (++others >= MOST_OTHERS) break;
      }
    } catch {
      // A watch that is lost may be lost again.
    }
    this.#deaf = true;
  }

  /** No more is wanted. */
  async cancel(reason?: unknown): Promise<void> {
    await Promise.all(this.#readers.map(({ reader }) => reader.cancel(reason)));
  }
}
