import type { RuntimeClient } from "../../mod.ts";
import { median } from "./median.ts";
import type { Figures } from "./rows.ts";

const MIB = 1024 * 1024;

async function drained(stream: ReadableStream<Uint8Array>): Promise<number> {
  const reader = stream.getReader();
  let bytes = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) bytes += part.value.byteLength;
  return bytes;
}

async function timed(open: () => Promise<ReadableStream<Uint8Array>>, bytes: number): Promise<number> {
  const start = performance.now();
  const seen = await drained(await open());
  if (seen !== bytes) throw new Error(`Cannot trust it: saw ${seen} bytes of ${bytes}`);
  return performance.now() - start;
}

/** The output of a job that has ended, beside a file with the same content, in turns. */
export async function jobRead({ jobs, files, commands }: RuntimeClient, mebibytes: number): Promise<Figures> {
  const bytes = mebibytes * MIB;
  const script = `head -c ${bytes} /dev/zero | tr '\\0' a`;
  await commands.run(["sh", "-c", `${script} > large`], { cwd: "" });
  const job = await jobs.start(["sh", "-c", script]);
  await job.wait({ capture: false });
  const [ratios, times]: [number[], number[]] = [[], []];
  for (let round = 0; round < 6; round++) {
    const output = await timed(() => job.output(), bytes);
    const file = await timed(() => files.readStream("large", { user: "root" }), bytes);
    // The first is for warming up.
    if (round > 0) ratios.push(output / file), times.push(output);
  }
  await job.remove();
  await files.remove("large", { user: "root" });
  return { "×": median(ratios), "ms": median(times) };
}

/** Requests while nothing comes. */
export async function jobSilent({ jobs }: RuntimeClient, requests: () => number, seconds: number): Promise<Figures> {
  const job = await jobs.start(["sh", "-c", `echo ready; exec sleep ${seconds * 10}`]);
  const reader = (await job.output({ follow: true })).getReader();
  await reader.read();
  const before = requests();
  const next = reader.read();
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const figures = { "a second": (requests() - before) / seconds };
  await job.kill();
  await next;
  await job.remove();
  return figures;
}

/** The job says when it prints; it and this program have one clock. */
export async function jobLatency({ jobs }: RuntimeClient, lines: number): Promise<Figures> {
  const script = `for i in $(seq ${lines}); do sleep 0.$((i * 37 % 90 + 10)); date +%s%N; done`;
  const job = await jobs.start(["sh", "-c", script]);
  const reader = (await job.output({ follow: true })).pipeThrough(new TextDecoderStream()).getReader();
  const late: number[] = [];
  let rest = "";
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const now = performance.timeOrigin + performance.now();
    const complete = (rest + part.value).split("\n");
    rest = complete.pop()!;
    for (const line of complete) late.push(now - Number(line) / 1e6);
  }
  await job.remove();
  if (late.length !== lines) throw new Error(`Cannot trust it: saw ${late.length} lines of ${lines}`);
  return { "ms": median(late), "ms at most": Math.max(...late) };
}
