/** What is measured, and the limits it is held to. */

export const MIB: number = 1024 * 1024;

export type Runtime = "deno" | "node" | "bun";
export type Side = "client" | "raw";
export type RowName = "stdout-bytes" | "stdout-text" | "stdout-unicode" | "read" | "write";

/** One piece of work: moves `size` bytes from or to the server at `url`, and says how many bytes or characters it saw. */
export type Job = (url: string, size: number) => Promise<number>;
export type Jobs = Readonly<Record<RowName, Job>>;

export interface Row {
  readonly name: RowName;
  readonly title: string;
  readonly mib: number;
  /** Most time that the client may take, as a multiple of the raw loop's. */
  readonly ratio: Readonly<Record<Runtime, number>>;
  /** Most memory that the client may add; with `longMib`, most that it may add for the longer run over the shorter one. */
  readonly growthMib: number;
  /** A second, longer run, which shows whether memory grows with the amount. */
  readonly longMib?: number;
}

const everywhere = (limit: number) => ({ deno: limit, node: limit, bun: limit });

export const rows: readonly Row[] = [
  {
    name: "stdout-bytes",
    title: "128 MiB of stdout, read as bytes",
    mib: 128,
    longMib: 512,
    ratio: everywhere(1.25),
    growthMib: 64,
  },
  {
    name: "stdout-text",
    title: "128 MiB of stdout, to a text callback",
    mib: 128,
    longMib: 512,
    ratio: everywhere(1.25),
    growthMib: 64,
  },
  {
    name: "stdout-unicode",
    title: "the same, not all of it ASCII",
    mib: 128,
    longMib: 512,
    ratio: everywhere(1.25),
    growthMib: 64,
  },
  {
    name: "read",
    title: "256 MiB file, read as bytes",
    mib: 256,
    ratio: { ...everywhere(1.1), node: 0.7 },
    growthMib: 1.4 * 256,
  },
  {
    name: "write",
    title: "256 MiB file, written from a stream",
    mib: 256,
    ratio: everywhere(1.15),
    growthMib: 64,
  },
];
