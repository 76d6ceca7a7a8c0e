import { assert, assertEquals, assertFalse, assertLessOrEqual, assertRejects, assertStrictEquals } from "@std/assert";
import { type Channel, type Chunk, Output } from "../../src/process/output.ts";
import type { BoundedQueue } from "../../src/streams/bounded_queue.ts";
import { countingFreed } from "../streams/memory.ts";
import { seeded } from "../streams/random.ts";

const MiB = 1024 * 1024;
const bytes = (text: string) => new TextEncoder().encode(text);

/** All that is left, as "channel:text". */
async function drain(queue: BoundedQueue<Chunk>): Promise<string[]> {
  const seen: string[] = [];
  for (let chunk = await queue.next(); chunk !== undefined; chunk = await queue.next()) {
    seen.push(`${chunk.channel}:${new TextDecoder().decode(chunk.data)}`);
  }
  return seen;
}

function fill(output: Output, ...chunks: readonly string[]): void {
  for (const chunk of chunks) {
    const [channel, text] = chunk.split(":") as [Channel, string];
    output.push(channel, bytes(text));
  }
}

Deno.test("Output hands everything to every subscriber, in arrival order, by stream or both", async () => {
  const output = new Output(true, MiB);
  const queues = [output.subscribe(), output.subscribe("stdout"), output.subscribe("stderr")];
  fill(output, "stdout:a", "stderr:b", "stdout:c");
  output.close();
  assertEquals(await Promise.all(queues.map(drain)), [
    ["stdout:a", "stderr:b", "stdout:c"],
    ["stdout:a", "stdout:c"],
    ["stderr:b"],
  ]);
});

Deno.test("Output.subscribe() gives one who comes late everything from the start, in order, while it is whole", async () => {
  const random = seeded(4);
  const output = new Output(true, MiB);
  let written = "";
  const joined = async (queue: BoundedQueue<Chunk>) =>
    (await drain(queue)).map((one) => one.split(":")).map(([c, t]) => c![3]! + t).join("");
  for (let step = 0; step < 200; step++) {
    const channel = random(2) === 0 ? "stdout" : "stderr";
    const text = String(step).repeat(random(3));
    output.push(channel, bytes(text));
    written += [...text].map((char) => channel[3] + char).join("");
  }
  const late = [output.subscribe(), output.subscribe("stdout"), output.subscribe("stderr")];
  output.push("stdout", bytes("!"));
  output.close();
  late.push(output.subscribe());
  const [both, stdout, stderr, after] = await Promise.all(late.map(joined));
  const letters = (text: string) =>
    text.replace(/([oe])(\d+|!)/g, (_, c, t) => [...t].map((char) => c + char).join(""));
  assertEquals([letters(both!), letters(after!)], [`${written}o!`, `${written}o!`]);
  const { stdout: kept, stderr: keptToo } = output.snapshot();
  assertEquals([stdout!.replaceAll("o", ""), stderr!.replaceAll("e", "")], [kept, keptToo]);
});

Deno.test("Output.subscribe() gives only what comes, once something was left out; each stream by itself", async () => {
  const output = new Output(true, 4);
  fill(output, "stdout:12345", "stderr:ok");
  const queues = [output.subscribe(), output.subscribe("stdout"), output.subscribe("stderr")];
  fill(output, "stdout:6", "stderr:!");
  output.close();
  assertEquals(await Promise.all(queues.map(drain)), [
    ["stdout:6", "stderr:!"],
    ["stdout:6"],
    ["stderr:ok", "stderr:!"],
  ]);
});

Deno.test("Output.subscribe() after the end gives what is kept, then the end or the error", async () => {
  const closed = new Output(true, MiB);
  fill(closed, "stdout:a", "stderr:b");
  closed.close();
  fill(closed, "stdout:late");
  assertEquals(await drain(closed.subscribe()), ["stdout:a", "stderr:b"]);

  const error = new Error("lost");
  const failed = new Output(true, MiB);
  const early = failed.subscribe();
  fill(failed, "stdout:a");
  failed.fail(error);
  failed.close();
  for (const queue of [early, failed.subscribe()]) {
    assertEquals((await queue.next())?.channel, "stdout");
    assertStrictEquals(await assertRejects(() => queue.next()), error);
  }
});

Deno.test("Output.snapshot() has head and tail of each stream and counts the rest", () => {
  const output = new Output(true, 4);
  fill(output, "stdout:123", "stdout:456", "stderr:ab", "stderr:é€");
  const { stdout, stderr, stdoutBytes, stderrBytes, truncatedBytes } = output.snapshot();
  assertEquals([stdout, stdoutBytes], ["1256", bytes("1256")]);
  assertEquals([stderr, stderrBytes.length, truncatedBytes], ["ab\uFFFD\uFFFD", 4, 5]);
  assert(output.overflowed);
});

Deno.test("Output.snapshot() is empty without capture, whatever came", async () => {
  const output = new Output(false, MiB);
  const queue = output.subscribe();
  fill(output, "stdout:a", "stderr:b");
  assertEquals(output.snapshot(), {
    stdout: "",
    stderr: "",
    stdoutBytes: new Uint8Array(),
    stderrBytes: new Uint8Array(),
    truncatedBytes: 0,
  });
  assertFalse(output.overflowed);
  output.close();
  assertEquals(await drain(queue), ["stdout:a", "stderr:b"]);
  assertEquals(await drain(output.subscribe()), []);
});

Deno.test("Output keeps no chunk that everyone has had, without capture", async () => {
  const output = new Output(false, MiB);
  const queue = output.subscribe();
  const freed = await countingFreed(async (watch) => {
    for (let index = 0; index < 20; index++) {
      const chunk = new Uint8Array(100_000);
      watch(chunk.buffer);
      output.push("stdout", chunk);
      await queue.next();
    }
  });
  assertLessOrEqual(20 - freed, 1);
});

Deno.test("Output.room() waits for the slowest subscriber, from 8 MiB on", async () => {
  const output = new Output(false, 0);
  const [slow, fast] = [output.subscribe(), output.subscribe("stdout")];
  output.push("stdout", new Uint8Array(8 * MiB - 1));
  assertFalse(output.isFull);
  output.push("stderr", new Uint8Array(1));
  assert(output.isFull);
  const room = output.room().then(() => "room");
  await fast.next();
  assert(output.isFull);
  await slow.next();
  assertEquals(await room, "room");
});

Deno.test("Output.room() resolves when the slow one leaves, and when the process is being stopped", async () => {
  const left = new Output(false, 0);
  const queue = left.subscribe();
  left.push("stdout", new Uint8Array(9 * MiB));
  const room = left.room();
  queue.cancel();
  await room;

  const stopped = new Output(false, 0);
  const slow = stopped.subscribe();
  stopped.push("stdout", new Uint8Array(9 * MiB));
  const released = stopped.room();
  stopped.release();
  await released;
  stopped.push("stdout", new Uint8Array(9 * MiB));
  assertFalse(stopped.isFull);
  stopped.close();
  assertEquals([(await slow.next())?.data.length, (await slow.next())?.data.length], [9 * MiB, 9 * MiB]);
});

Deno.test("Output.subscribe() after release() holds nothing up", () => {
  const output = new Output(true, 32 * MiB);
  output.push("stdout", new Uint8Array(9 * MiB));
  output.release();
  output.subscribe();
  assertFalse(output.isFull);
});

Deno.test("Output.push() lets a subscriber go that has left", async () => {
  const output = new Output(false, 0);
  const freed = await countingFreed((watch) => {
    for (let index = 0; index < 10; index++) {
      const queue = output.subscribe();
      watch(queue);
      queue.cancel();
      output.push("stdout", bytes("a"));
    }
  });
  assertEquals(freed, 10);
});

Deno.test("Output.push() passes on no empty chunk", async () => {
  const output = new Output(true, MiB);
  const queue = output.subscribe();
  fill(output, "stderr:", "stdout:a", "stdout:");
  output.close();
  assertEquals([await drain(queue), await drain(output.subscribe())], [["stdout:a"], ["stdout:a"]]);
});
