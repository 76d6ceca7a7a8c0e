import { assert, assertEquals, assertFalse, assertRejects, assertStrictEquals } from "@std/assert";
import { Output } from "../../src/process/output.ts";
import { outputStream } from "../../src/process/output_stream.ts";

const MiB = 1024 * 1024;
const bytes = (text: string) => new TextEncoder().encode(text);

/** A reader of a stream that has been there for a moment: a new one asks for nothing yet. */
async function readerOf(output: Output): Promise<ReadableStreamDefaultReader<Uint8Array>> {
  const stream = outputStream(output, "stdout");
  await Promise.resolve();
  return stream.getReader();
}

Deno.test("outputStream() subscribes with the first read: until then it holds nothing up", async () => {
  const output = new Output(false, 0);
  const reader = await readerOf(output);
  output.push("stdout", new Uint8Array(9 * MiB));
  assertFalse(output.isFull);
  const first = reader.read();
  output.push("stdout", bytes("a"));
  assertEquals((await first).value, bytes("a"));
  await reader.cancel();
});

Deno.test("outputStream() gives the chunks of its stream, from the start while they are kept, then the end", async () => {
  const output = new Output(true, 100);
  output.push("stdout", bytes("a"));
  output.push("stderr", bytes("!"));
  const reader = await readerOf(output);
  assertEquals((await reader.read()).value, bytes("a"));
  output.push("stdout", bytes("b"));
  output.push("stderr", bytes("!"));
  output.push("stdout", bytes("c"));
  output.close();
  assertEquals([(await reader.read()).value, (await reader.read()).value], [bytes("b"), bytes("c")]);
  assertEquals((await reader.read()).done, true);
});

Deno.test("outputStream() ends a read that waits", async () => {
  const output = new Output(true, 100);
  const reader = await readerOf(output);
  const waiting = reader.read();
  output.close();
  assertEquals((await waiting).done, true);
});

Deno.test("outputStream() fails behind what it still holds, or at once where it holds nothing", async () => {
  const error = new Error("lost");
  for (const early of [true, false]) {
    const output = new Output(true, 100);
    const reader = await readerOf(output);
    const first = reader.read();
    output.push("stdout", bytes("a"));
    assertEquals((await first).value, bytes("a"));
    const waiting = early ? undefined : reader.read();
    if (early) { for (const text of ["b", "c"]) output.push("stdout", bytes(text)); }
    output.fail(error);
    if (early) assertEquals([(await reader.read()).value, (await reader.read()).value], [bytes("b"), bytes("c")]);
    assertStrictEquals(await assertRejects(() => waiting ?? reader.read()), error);
  }
});

Deno.test("outputStream() of output that has failed gives what is kept, then the error", async () => {
  const output = new Output(true, 100);
  const error = new Error("lost");
  output.push("stdout", bytes("a"));
  output.fail(error);
  const reader = await readerOf(output);
  assertEquals((await reader.read()).value, bytes("a"));
  assertStrictEquals(await assertRejects(() => reader.read()), error);
});

Deno.test("outputStream() that is read slowly makes the process wait, until it is read or left", async () => {
  for (const leave of [false, true]) {
    const output = new Output(false, 0);
    const reader = await readerOf(output);
    const first = reader.read();
    output.push("stdout", bytes("a"));
    await first;
    for (let index = 0; index < 8; index++) output.push("stdout", new Uint8Array(MiB));
    assert(output.isFull);
    const room = output.room().then(() => "room");
    if (leave) {
      await reader.cancel();
    } else {
      for (let index = 0; index < 8; index++) assertEquals((await reader.read()).value?.length, MiB);
      const next = reader.read();
      assertEquals(await room, "room");
      output.push("stdout", bytes("z"));
      assertEquals((await next).value, bytes("z"));
      await reader.cancel();
    }
    assertEquals(await room, "room");
    assertFalse(output.isFull);
  }
});

Deno.test("outputStream() holds nothing up once the process is being stopped, and loses nothing", async () => {
  const output = new Output(false, 0);
  const reader = await readerOf(output);
  const first = reader.read();
  output.push("stdout", bytes("a"));
  await first;
  output.push("stdout", new Uint8Array(9 * MiB));
  const room = output.room();
  output.release();
  await room;
  output.push("stdout", bytes("z"));
  output.close();
  assertEquals([(await reader.read()).value?.length, (await reader.read()).value], [9 * MiB, bytes("z")]);
  assertEquals((await reader.read()).done, true);
});

Deno.test("outputStream() can be cancelled before, during and after", async () => {
  const before = outputStream(new Output(true, 100), "stdout");
  await before.cancel();
  assertEquals((await before.getReader().read()).done, true);

  const output = new Output(true, 100);
  const reader = await readerOf(output);
  const waiting = reader.read();
  await reader.cancel();
  assertEquals((await waiting).done, true);
  output.push("stdout", bytes("a"));
  output.fail(new Error("late"));
  await reader.cancel();
});
