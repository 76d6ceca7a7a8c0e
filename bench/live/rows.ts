/** What lasts and what is live: the work, and what it is held to. */

import type { RuntimeClient } from "../../mod.ts";
import { settled } from "../memory.ts";
import { jobLatency, jobRead, jobSilent } from "./jobs.ts";
import { ptyEcho, ptyKeys } from "./terminals.ts";

/** Where the work is done. */
export interface Place {
  readonly sandbox: RuntimeClient;
  /** How often a request was sent. */
  requests(): number;
  /** What the local runtime's process has resident, in MiB. */
  serverMib(): number;
}

/** What one run of the work gives; the figure that is judged first. */
export type Figures = Readonly<Record<string, number>>;

export interface LiveRow {
  readonly name: string;
  readonly title: string;
  /** How often, or how many at a time. */
  readonly amount: number;
  /** The most that the median of the first figure may be; absent: it is only told. */
  readonly limit?: number;
  work(place: Place, amount: number): Promise<Figures>;
}

const KIB_PER_MIB = 1024;

/** Some at a time, as a program would. */
const AT_ONCE = 25;

/** What each of many things that are held open adds, here and in the runtime. They end with both. */
async function held(place: Place, amount: number, open: (index: number) => Promise<unknown>): Promise<Figures> {
  const all: unknown[] = [await open(0)];
  const [client, server] = [await settled(), place.serverMib()];
  while (all.length <= amount) {
    const batch = Math.min(AT_ONCE, 1 + amount - all.length);
    all.push(...await Promise.all(Array.from({ length: batch }, (_, i) => open(all.length + i))));
  }
  return {
    "KiB each, client": (await settled() - client) * KIB_PER_MIB / amount,
    "KiB each, runtime": (place.serverMib() - server) * KIB_PER_MIB / amount,
  };
}

export const liveRows: readonly LiveRow[] = [
  {
    name: "job-read",
    title: "256 MiB of a job's output read back ÷ `files.readStream` of as much",
    amount: 256,
    limit: 1.3,
    work: ({ sandbox }, amount) => jobRead(sandbox, amount),
  },
  {
    name: "job-silent",
    title: "requests a second of following a silent job",
    amount: 15,
    limit: 1,
    work: ({ sandbox, requests }, amount) => jobSilent(sandbox, requests, amount),
  },
  {
    name: "job-latency",
    title: "until new output of a job is seen, median of 30 lines",
    amount: 30,
    limit: 250,
    work: ({ sandbox }, amount) => jobLatency(sandbox, amount),
  },
  {
    name: "pty-keys",
    title: "10,000 keystrokes, each written alone, echoed in order",
    amount: 10_000,
    work: ({ sandbox }, amount) => ptyKeys(sandbox, amount),
  },
  {
    name: "pty-echo",
    title: "echo of a key ÷ one `SendInput`, medians of 200",
    amount: 200,
    limit: 1.5,
    work: ({ sandbox }, amount) => ptyEcho(sandbox, amount),
  },
  {
    name: "watchers",
    title: "memory of 200 watchers",
    amount: 200,
    async work(place, amount) {
      const { files } = place.sandbox;
      for (let i = 0; i <= amount; i++) await files.makeDir(`watched/${i}`);
      return await held(place, amount, (index) => files.watchDir(`watched/${index}`));
    },
  },
  {
    name: "ptys",
    title: "memory of 1,000 terminals",
    amount: 1000,
    work: (place, amount) =>
      held(place, amount, () => place.sandbox.pty.create({ cols: 80, rows: 24, command: ["sleep", "600"] })),
  },
];
