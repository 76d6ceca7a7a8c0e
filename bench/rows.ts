/** What is measured, and the limits it is held to. */

export type Runtime = "deno" | "bun" | "node";
export const RUNTIMES: readonly Runtime[] = ["deno", "bun", "node"];

/** This client, `fetch` by hand with either codec, and npm's `e2b`. */
export type Side = "client" | "raw" | "json" | "e2b";
export const SIDES: readonly Side[] = ["client", "raw", "json", "e2b"];

/** What the other end is: answers from memory in the form of a daemon's version, or the local runtime with real processes. */
export type Server = "0.2.10" | "0.6.13" | "local";

/** The kinds of work; `jobs.ts` says what each does. */
export type Work =
  | "info"
  | "run"
  | "first-byte"
  | "callback"
  | "bytes"
  | "collected"
  | "lines"
  | "read"
  | "read-stream"
  | "write"
  | "write-stream"
  | "files"
  | "list"
  | "at-once"
  | "idle"
  | "import";

/** The most that a figure of the client may be, as a multiple of another side's. */
export interface Limits {
  /** Of the hand-written loop with the binary codec. */
  readonly raw?: number;
  /** Of `e2b`: a multiple, or less than it in the median, or not more than it in one round at least. */
  readonly e2b: number | Readonly<Record<Runtime, number>> | "ahead" | "in spread";
  /** Of `e2b`'s peak of memory. */
  readonly e2bPeak?: number;
  /** MiB that the work may add to what was resident before it. */
  readonly growthMib?: number;
}

export interface Row {
  readonly name: string;
  readonly title: string;
  readonly work: Work;
  /** What the work is done with: a kind of output, a number of things at a time. */
  readonly of: string;
  /** How often, or how much, as the work understands it. */
  readonly amount: number;
  readonly server: Server;
  /** Those that can do it, and for which it is not the same as for another one. */
  readonly sides: readonly Side[];
  readonly limits: Limits;
}

const MIB = 1024 * 1024;
/** 128 MiB of output in pieces of 32 KiB. */
const OUTPUT = 4096;
const CONTENT = 256 * MIB;

/** File content passes through no codec, and what a codec costs need not be asked twice. */
const noCodec: readonly Side[] = ["client", "raw", "e2b"];

/** At most 1.15 times what the hand-written loop takes, and ahead of `e2b`. */
const bytesDominate: Limits = { raw: 1.15, e2b: "ahead" };
const callback: Limits = { raw: 1.15, e2b: { node: 1 / 2, deno: 1 / 1.5, bun: 1 / 1.5 }, e2bPeak: 1 / 2 };
const streamedUpload: Limits = { ...bytesDominate, growthMib: 64 };

type Init = Omit<Row, "of" | "server" | "sides" | "limits"> & Partial<Row>;
const row = (init: Init): Row => ({ of: "", server: "0.2.10", sides: SIDES, limits: { e2b: "ahead" }, ...init });

export const rows: readonly Row[] = [
  row({ name: "info", title: "1,000 × `getInfo`", work: "info", amount: 1000 }),
  row({
    name: "true",
    title: "100 × `true`",
    work: "run",
    of: "true",
    amount: 100,
    server: "local",
    limits: { e2b: "in spread" },
  }),
  row({
    name: "first-byte",
    title: "first byte of a command, median of 30",
    work: "first-byte",
    of: "echo ready",
    amount: 30,
    server: "local",
    limits: { e2b: "in spread" },
  }),
  row({
    name: "at-once",
    title: "200 commands at once",
    work: "at-once",
    of: "true",
    amount: 200,
    server: "local",
    limits: { e2b: "in spread" },
  }),
  row({
    name: "stdout",
    title: "128 MiB of stdout to a callback",
    work: "callback",
    of: "ascii",
    amount: OUTPUT,
    limits: callback,
  }),
  row({
    name: "stdout-unicode",
    title: "the same, not all of it ASCII",
    work: "callback",
    of: "unicode",
    amount: OUTPUT,
    sides: noCodec,
    limits: callback,
  }),
  row({
    name: "stdout-bytes",
    title: "128 MiB of stdout read as bytes",
    work: "bytes",
    of: "ascii",
    amount: OUTPUT,
    sides: ["client", "raw", "json"],
    limits: bytesDominate,
  }),
  row({
    name: "collected",
    title: "128 MiB of stdout collected as text",
    work: "collected",
    of: "ascii",
    amount: OUTPUT,
    limits: bytesDominate,
  }),
  row({
    name: "lines",
    title: "2,000,000 lines to a callback",
    work: "lines",
    of: "lines",
    amount: 8000,
    limits: bytesDominate,
  }),
  row({
    name: "flushed",
    title: "100,000 lines, each flushed by the command",
    work: "lines",
    of: "flushed",
    amount: 100_000,
  }),
  row({
    name: "read",
    title: "256 MiB read as bytes",
    work: "read",
    of: "noise",
    amount: CONTENT,
    sides: noCodec,
    limits: bytesDominate,
  }),
  row({
    name: "read-stream",
    title: "256 MiB read as a stream",
    work: "read-stream",
    of: "noise",
    amount: CONTENT,
    sides: noCodec,
    limits: bytesDominate,
  }),
  row({
    name: "read-new",
    title: "256 MiB of text read as bytes, 0.6.13",
    work: "read",
    of: "text",
    amount: CONTENT,
    server: "0.6.13",
    sides: noCodec,
    limits: bytesDominate,
  }),
  row({
    name: "read-stream-new",
    title: "256 MiB of noise read as a stream, 0.6.13",
    work: "read-stream",
    of: "noise",
    amount: CONTENT,
    server: "0.6.13",
    sides: noCodec,
    limits: bytesDominate,
  }),
  row({
    name: "write",
    title: "256 MiB written as bytes",
    work: "write",
    amount: CONTENT,
    sides: noCodec,
    limits: bytesDominate,
  }),
  row({
    name: "write-stream",
    title: "256 MiB written from a stream",
    work: "write-stream",
    amount: CONTENT,
    sides: noCodec,
    limits: streamedUpload,
  }),
  row({
    name: "write-new",
    title: "256 MiB written as bytes, 0.6.13",
    work: "write",
    amount: CONTENT,
    server: "0.6.13",
    sides: noCodec,
    limits: bytesDominate,
  }),
  row({
    name: "write-stream-new",
    title: "256 MiB written from a stream, 0.6.13",
    work: "write-stream",
    amount: CONTENT,
    server: "0.6.13",
    sides: noCodec,
    limits: streamedUpload,
  }),
  row({
    name: "files",
    title: "1,000 files of 1 KiB, one by one",
    work: "files",
    of: "1",
    amount: 1000,
    sides: noCodec,
  }),
  row({
    name: "files-32",
    title: "1,000 files of 1 KiB, 32 at a time",
    work: "files",
    of: "32",
    amount: 1000,
    sides: noCodec,
  }),
  row({ name: "list", title: "5 × 10,000 entries listed", work: "list", of: "10000", amount: 5 }),
  row({ name: "idle", title: "memory of an idle stream, 1,000 open", work: "idle", of: "idle", amount: 1000 }),
  row({
    name: "import",
    title: "import of the installed package",
    work: "import",
    amount: 1,
    sides: ["client", "e2b"],
    limits: { e2b: 0.6 },
  }),
];
