import { assert, assertEquals, assertFalse, assertLessOrEqual, assertRejects, assertStrictEquals } from "@std/assert";
import type { PartialResult } from "../../src/errors/command_result.ts";
import { type Channel, type Chunk, Output } from "../../src/process/output.ts";
import { BoundedQueue } from "../../src/streams/bounded_queue.ts";
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

Deno.test("Output gives one who subscribes while it is handed to another everything once", async () => {
  const output = new Output(true, MiB);
  let second: BoundedQueue<Chunk> | undefined;
  class First extends BoundedQueue<Chunk> {
    override push(): void {
      second ??= output.subscribe();
    }
  }
  output.attach(new First(MiB));
  fill(output, "stdout:a", "stderr:b");
  output.close();
  assertEquals(await drain(second!), ["stdout:a", "stderr:b"]);
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

/** A snapshot whose bytes are still to be joined, and what it is to be; small pieces, so that some lie in one block. */
function large(): { snapshot: PartialResult; expected: PartialResult } {
  const output = new Output(true, 8 * MiB);
  const [out, err] = ["é€🦀!".repeat(200_000), "z".repeat(2 * MiB)];
  for (const [channel, text] of [["stdout", out], ["stderr", err]] as const) {
    const data = bytes(text);
    for (let at = 0, size = 1; at < data.length; at += size, size = size * 7 % 50_021) {
      output.push(channel, data.slice(at, at + size));
    }
  }
  const expected = { stdout: out, stderr: err, stdoutBytes: bytes(out), stderrBytes: bytes(err), truncatedBytes: 0 };
  return { snapshot: output.snapshot(), expected };
}

Deno.test("Output.snapshot() of a large output has bytes, whatever is done with it first", () => {
  const uses: Readonly<Record<string, (snapshot: PartialResult) => unknown>> = {
    "itself": (snapshot) => snapshot,
    "spread": (snapshot) => ({ ...snapshot }),
    "the rest": ({ ...rest }) => rest,
    "Object.assign": (snapshot) => Object.assign({}, snapshot),
    "entries": (snapshot) => Object.fromEntries(Object.entries(snapshot)),
    "structuredClone": (snapshot) => structuredClone(snapshot),
    "frozen": (snapshot) => Object.freeze(snapshot),
    "sealed": (snapshot) => Object.seal(snapshot),
    "inherited": (snapshot) => ({ ...Object.create(snapshot), ...snapshot }),
  };
  for (const [use, done] of Object.entries(uses)) {
    const { snapshot, expected } = large();
    assert(same(done(snapshot), expected), use);
    assert(same(snapshot, expected), `${use}, and itself after that`);
  }
});

Deno.test("Output.snapshot() of a large output has bytes in JSON as a small one has", () => {
  const output = new Output(true, MiB * 4);
  output.push("stdout", new Uint8Array(2 * MiB));
  const json = JSON.parse(JSON.stringify(output.snapshot())) as { stdoutBytes: object; stderrBytes: object };
  assertEquals([Object.keys(json.stdoutBytes).length, json.stderrBytes], [2 * MiB, {}]);
});

Deno.test("Output.snapshot() gives the same bytes each time, the caller's own, to keep and to change", () => {
  const { snapshot } = large();
  const { stdoutBytes } = snapshot;
  assertStrictEquals(snapshot.stdoutBytes, stdoutBytes);
  stdoutBytes[0] = 0;
  assertEquals([snapshot.stdoutBytes[0], snapshot.stdout[0]], [0, "é"]);
  const { stdoutBytes: moved } = structuredClone(snapshot, { transfer: [stdoutBytes.buffer] });
  assertEquals([moved[0], stdoutBytes.byteLength], [0, 0]);
});

Deno.test("Output.snapshot() can be told other bytes", () => {
  const { snapshot } = large();
  const ours = Uint8Array.of(1);
  (snapshot as { stdoutBytes: Uint8Array }).stdoutBytes = ours;
  assertStrictEquals(snapshot.stdoutBytes, ours);
});

Deno.test("Output.snapshot() stays as it was, whatever comes later", () => {
  for (const size of [10, 2 * MiB]) {
    const output = new Output(true, 2 * size);
    output.push("stdout", new Uint8Array(size).fill(1));
    const { stdout, ...snapshot } = Object.assign(output.snapshot());
    const early = output.snapshot();
    output.push("stdout", new Uint8Array(size + 1).fill(2));
    output.push("stdout", new Uint8Array(size).fill(3));
    assertEquals([stdout.length, snapshot.stdoutBytes.length, early.stdoutBytes.length], [size, size, size]);
    assert(early.stdoutBytes.every((byte) => byte === 1));
  }
});

Deno.test("Output.snapshot() joins the bytes of a large output once they are asked for, and not before", () => {
  const output = new Output(true, 8 * MiB);
  output.push("stdout", new Uint8Array(2 * MiB));
  output.push("stderr", new Uint8Array(10));
  const snapshot = output.snapshot();
  const late = () => ["stdoutBytes", "stderrBytes"].map((name) => Object.getOwnPropertyDescriptor(snapshot, name)?.get);
  assertEquals(late().map((get) => get !== undefined), [true, false]);
  assertEquals(snapshot.stdoutBytes.length, 2 * MiB);
  assertEquals(late(), [undefined, undefined]);
  assertEquals(Object.keys(snapshot).sort(), ["stderr", "stderrBytes", "stdout", "stdoutBytes", "truncatedBytes"]);
});

/** By hand: comparing megabytes as any value takes seconds. */
function same(one: unknown, other: PartialResult): boolean {
  const { stdout, stderr, stdoutBytes, stderrBytes, truncatedBytes, ...rest } = one as PartialResult;
  return stdout === other.stdout && stderr === other.stderr && truncatedBytes === other.truncatedBytes &&
    equalBytes(stdoutBytes, other.stdoutBytes) && equalBytes(stderrBytes, other.stderrBytes) &&
    Object.keys(rest).length === 0;
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

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
