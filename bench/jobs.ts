/** The work, in terms of what every side can do. Each job says what it saw, so that none looks fast by losing something. */

import process from "node:process";
import type { Bytes, Caller } from "./caller.ts";
import type { Work } from "./rows.ts";
import { settled } from "./memory.ts";

/** What a job saw; a figure of its own where the time of the whole is not what is asked for. */
export interface Outcome {
  readonly seen: number;
  readonly figure?: number;
}

export interface Job {
  /** A small amount, which is done before anything is measured. */
  readonly warmUp: number;
  /** Makes what the work needs, and what is not measured. */
  prepare?(amount: number): void;
  work(caller: Caller, of: string, amount: number): Promise<Outcome>;
}

const MIB = 1024 * 1024;
const SMALL_FILE = 1024;
/** Large enough that no client takes it for small. */
const LARGE = 4 * MIB;

/** So many at a time, each worker taking the next when it is done with one. */
async function pooled(workers: number, amount: number, work: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  await Promise.all(Array.from({ length: workers }, async () => {
    for (let index = next++; index < amount; index = next++) await work(index);
  }));
}

/**
 * What is uploaded: `size` bytes in fresh chunks of 16 KiB, as a network gives them.
 *
 * Copies, not views of one buffer: a client that hoards them must show it in its memory. Small ones, because V8 lets some thousand
 * dead buffers lie before it collects them: with 64 KiB each, that garbage of the source alone is more than a client may add.
 */
function source(size: number): ReadableStream<Bytes> {
  const chunk = new Uint8Array(16 * 1024).fill(0x61);
  let left = size;
  return new ReadableStream({
    pull(controller) {
      controller.enqueue(chunk.slice(0, left));
      left -= Math.min(left, chunk.length);
      if (left === 0) controller.close();
    },
  });
}

/** Counts the lines of a text that comes in pieces, holding each line as a program would that looks at it. */
function lineCounter(): { take(text: string): void; readonly count: number; readonly characters: number } {
  let rest = "";
  let count = 0;
  let characters = 0;
  return {
    take(text) {
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      count += lines.length;
      for (const line of lines) characters += line.length;
    },
    get count() {
      return count;
    },
    get characters() {
      return characters;
    },
  };
}

function median(values: number[]): number {
  values.sort((a, b) => a - b);
  return values[values.length >> 1] ?? NaN;
}

/** Streams that are held open; nothing else refers to them. */
const held: unknown[] = [];
/** What is uploaded as bytes. */
let content: Bytes = new Uint8Array(LARGE);

export const jobs: Readonly<Record<Exclude<Work, "import">, Job>> = {
  info: {
    warmUp: 50,
    async work(caller, _, amount) {
      let seen = 0;
      for (let i = 0; i < amount; i++) seen += await caller.getInfo("/bench/1024");
      return { seen };
    },
  },
  run: {
    warmUp: 5,
    async work(caller, line, amount) {
      for (let i = 0; i < amount; i++) await caller.run(line);
      return { seen: amount };
    },
  },
  "first-byte": {
    warmUp: 5,
    async work(caller, line, amount) {
      const times: number[] = [];
      for (let i = 0; i < amount; i++) {
        const start = performance.now();
        let first: number | undefined;
        await caller.follow(line, () => {
          first ??= performance.now() - start;
        });
        if (first !== undefined) times.push(first);
      }
      return { seen: times.length, figure: median(times) };
    },
  },
  "at-once": {
    warmUp: 1,
    async work(caller, line, amount) {
      await pooled(amount, amount, () => caller.run(line));
      return { seen: amount };
    },
  },
  callback: {
    warmUp: 32,
    async work(caller, kind, amount) {
      let seen = 0;
      await caller.follow(`produce ${kind} ${amount}`, (text) => {
        seen += text.length;
      });
      return { seen };
    },
  },
  bytes: {
    warmUp: 32,
    async work(caller, kind, amount) {
      let seen = 0;
      await caller.followBytes!(`produce ${kind} ${amount}`, (bytes) => {
        seen += bytes.length;
      });
      return { seen };
    },
  },
  collected: {
    warmUp: 32,
    async work(caller, kind, amount) {
      const text = await caller.run(`produce ${kind} ${amount}`);
      return { seen: text.length };
    },
  },
  lines: {
    warmUp: 1000,
    async work(caller, kind, amount) {
      const counter = lineCounter();
      await caller.follow(`produce ${kind} ${amount}`, (text) => counter.take(text));
      if (counter.characters !== 15 * counter.count) throw new Error("Lines are not of the length they were sent in");
      return { seen: counter.count };
    },
  },
  read: {
    warmUp: MIB,
    async work(caller, kind, amount) {
      return { seen: (await caller.read(`/bench/${kind}/${amount}`)).length };
    },
  },
  "read-stream": {
    warmUp: MIB,
    async work(caller, kind, amount) {
      const reader = (await caller.readStream(`/bench/${kind}/${amount}`)).getReader();
      let seen = 0;
      for (let part = await reader.read(); !part.done; part = await reader.read()) seen += part.value.length;
      return { seen };
    },
  },
  write: {
    warmUp: LARGE,
    prepare(amount) {
      content = new Uint8Array(amount).fill(0x61);
    },
    async work(caller, _, amount) {
      await caller.write(`/bench/${amount}`, content.subarray(0, amount));
      return { seen: amount };
    },
  },
  "write-stream": {
    warmUp: LARGE,
    async work(caller, _, amount) {
      await caller.write(`/bench/${amount}`, source(amount));
      return { seen: amount };
    },
  },
  files: {
    warmUp: 50,
    async work(caller, workers, amount) {
      const data = new Uint8Array(SMALL_FILE).fill(0x61);
      await pooled(Number(workers), amount, (index) => caller.write(`/bench/${index}/${SMALL_FILE}`, data));
      return { seen: amount };
    },
  },
  list: {
    warmUp: 1,
    async work(caller, entries, amount) {
      let seen = 0;
      for (let i = 0; i < amount; i++) {
        const found = await caller.list(`/bench/${entries}`);
        for (const { path } of found) if (path.startsWith("/bench/")) seen++;
      }
      return { seen };
    },
  },
  idle: {
    warmUp: 10,
    async work(caller, line, amount) {
      const before = await settled();
      await pooled(32, amount, async () => held.push(await caller.hold(line)));
      const after = await settled();
      // The streams are open for as long as this runs.
      if (amount > this.warmUp) setTimeout(() => process.exit());
      return { seen: amount, figure: (after - before) * 1024 / amount };
    },
  },
};
