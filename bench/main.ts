/**
 * Compares the client with a hand-written `fetch` loop on each runtime, in interleaved rounds, every run in a fresh process.
 *
 * deno task bench [--runtime deno,node,bun] [--rows stdout-bytes,stdout-text,stdout-unicode,read,write] [--rounds 5] [--side client,raw]
 */

import { parseArgs } from "node:util";
import type { Sample } from "./measure.ts";
import { MIB, type Row, rows, type Runtime, type Side } from "./rows.ts";
import { findRuntimes, type Launch, output, prepare } from "./runtimes.ts";
import { head, line, noSamples, type Samples } from "./table.ts";

const string = (value: string) => ({ type: "string", default: value }) as const;
const { values } = parseArgs({
  args: Deno.args,
  options: {
    runtime: string("deno,node"),
    rows: string(rows.map((row) => row.name).join()),
    rounds: string("5"),
    side: string("raw,client"),
  },
});

/** The members of a comma-separated option, each of which must be known. */
function choice<T extends string>(option: string, known: readonly T[]): T[] {
  return option.split(",").map((name) => {
    const match = known.find((candidate) => candidate === name);
    if (match === undefined) throw new TypeError(`Unknown choice "${name}": take of ${known.join(", ")}`);
    return match;
  });
}

const wanted = choice<Runtime>(values.runtime, ["deno", "node", "bun"]);
const sides = choice<Side>(values.side, ["raw", "client"]);
const names = choice(values.rows, rows.map((row) => row.name));
const rounds = Number(values.rounds);

/** Starts the server; closing its input ends it. */
async function startServer(launch: Launch): Promise<{ url: string; close(): Promise<void> }> {
  const [command, ...args] = launch("server");
  const child = new Deno.Command(command, { args, stdin: "piped", stdout: "piped", stderr: "inherit" }).spawn();
  const ready = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("\n")) {
    const { done, value } = await ready.read();
    if (done) throw new Error("Cannot start the server: it ended before it was ready");
    text += value;
  }
  return {
    url: text.trim(),
    async close() {
      await child.stdin.close();
      await child.status;
      await ready.cancel();
    },
  };
}

/** One run of one side, in its own process. */
async function run(launch: Launch, side: Side, row: Row, mib: number, url: string): Promise<Sample> {
  const [command, ...args] = launch(side);
  return JSON.parse(await output(command, ...args, row.name, String(mib * MIB), url));
}

/** One round of a row: both sides beside each other, which goes first by turns. */
async function round(launch: Launch, row: Row, samples: Samples, url: string, number: number): Promise<void> {
  const order = number % 2 === 0 ? sides : sides.toReversed();
  for (const side of order) samples[side].push(await run(launch, side, row, row.mib, url));
  if (row.longMib !== undefined) {
    for (const side of order) samples[`${side}Long`].push(await run(launch, side, row, row.longMib, url));
  }
  const seen = new Set(sides.map((side) => samples[side].at(-1)?.seen));
  if (seen.size > 1) throw new Error(`Cannot compare "${row.name}": the sides saw ${[...seen].join(" and ")}`);
}

const bundles = await Deno.makeTempDir();
try {
  const runtimes = await findRuntimes(new Set<Runtime>(["deno", "node", ...wanted]), bundles);
  await prepare(["server", ...sides], runtimes.has("node") ? bundles : undefined);
  // One server for all, on Node where there is one.
  const server = await startServer(runtimes.get("node") ?? runtimes.get("deno")!);
  try {
    const table = rows.filter(({ name }) => names.includes(name)).flatMap((row) =>
      wanted.flatMap((runtime) => {
        const launch = runtimes.get(runtime);
        return launch === undefined ? [] : [{ row, runtime, launch, samples: noSamples() }];
      })
    );
    for (let number = 0; number < rounds; number++) {
      console.error(`round ${number + 1} of ${rounds}`);
      for (const { row, launch, samples } of table) await round(launch, row, samples, server.url, number);
    }
    console.log(`\n${head.join("\n")}`);
    for (const { row, runtime, samples } of table) console.log(line(runtime, row, samples));
  } finally {
    await server.close();
  }
} finally {
  await Deno.remove(bundles, { recursive: true });
}
