import { sleep } from "../connection/deadline.ts";
import type { Channel } from "../process/output.ts";
import type { Bytes } from "../streams/bytes.ts";
import { Healing } from "./heal.ts";
import { JournalReader } from "./journal_reader.ts";
import type { Journals } from "./journals.ts";
import type { JobRecord } from "./record.ts";

/** A job, as one caller knows it. */
export interface Followed {
  readonly id: string;
  readonly dir: string;
  readonly started: string;
}

/** How long a request waits in the sandbox, in tenths of a second. */
const WAIT_TENTHS = 250;
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
    const offsets = Object.fromEntries(this.#readers.map(({ channel, reader }) => [channel, reader.offset]));
    const beyond = { tenths: WAIT_TENTHS, ...offsets };
    const { id, started } = this.#job;
    const record = await this.#healing.repeat(() =>
      this.#journals.await(this.#what, id, beyond, { signal: this.#signal })
    );
    this.#lookedAt = performance.now();
    if (record === undefined || record.started !== started) throw this.#journals.gone(this.#what);
    this.#last = record;
    for (const one of this.#readers) one.drained = record[one.channel] <= one.reader.offset;
    return true;
  }

  /** No more is wanted. */
  async cancel(reason?: unknown): Promise<void> {
    await Promise.all(this.#readers.map(({ reader }) => reader.cancel(reason)));
  }
}
