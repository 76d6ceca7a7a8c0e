import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import type { CommandHandle } from "../../src/commands/command_handle.ts";
import { DisconnectedError } from "../../src/errors/disconnected_error.ts";
import { TimeoutError } from "../../src/errors/timeout_error.ts";
import { BoundedQueue } from "../../src/streams/bounded_queue.ts";
import { type Chunk, Output } from "../../src/process/output.ts";
import { FakeDaemon } from "../process/fake_daemon.ts";
import { settle } from "../process/turns.ts";

async function started(daemon: FakeDaemon): Promise<CommandHandle> {
  daemon.onStream = (stream) => void stream.start(7);
  return await daemon.client().commands.start(["serve"]);
}

Deno.test("lines() of a lost stream are those that were complete, then a DisconnectedError", async () => {
  const daemon = new FakeDaemon();
  const handle = await started(daemon);
  const lines = handle.lines()[Symbol.asyncIterator]();
  daemon.streams[0]!.stdout("one\ntwo\nunfinished");
  assertEquals((await lines.next()).value, "one");
  daemon.streams[0]!.cut();
  assertEquals((await lines.next()).value, "two");
  const error = await assertRejects(() => lines.next(), DisconnectedError);
  assertEquals(error.partial?.stdout, "one\ntwo\nunfinished");
});

Deno.test("waitFor() of a lost stream is a DisconnectedError", async () => {
  const daemon = new FakeDaemon();
  const handle = await started(daemon);
  const waiting = assertRejects(() => handle.waitFor(/ready/), DisconnectedError);
  daemon.streams[0]!.stdout("not yet\n").cut();
  assertEquals((await waiting).partial?.stdout, "not yet\n");
});

Deno.test("waitFor() and lines() refuse what they cannot use", async () => {
  const daemon = new FakeDaemon();
  const handle = await started(daemon);
  assertThrows(() => handle.lines({ stream: "stdin" as "stdout" }), TypeError);
  await assertRejects(() => handle.waitFor("ready" as unknown as RegExp), TypeError);
  await assertRejects(() => handle.waitFor(undefined as unknown as RegExp), TypeError);
  await assertRejects(() => handle.waitFor(/x/, { timeoutMs: -1 }), RangeError);
  const reason = new Error("never mind");
  assertStrictEquals(await assertRejects(() => handle.waitFor(/x/, { signal: AbortSignal.abort(reason) })), reason);
  daemon.streams[0]!.end();
});

Deno.test("waitFor() takes nothing from other readers, and holds nothing up", async () => {
  using time = new FakeTime();
  const daemon = new FakeDaemon();
  const handle = await started(daemon);
  const waiting = handle.waitFor(/^ready$/m);
  const all = new Response(handle.stdout).text();
  const mib = `${"x".repeat(1023)}\n`.repeat(1024);
  for (let part = 0; part < 20; part++) daemon.streams[0]!.stdout(mib);
  daemon.streams[0]!.stdout("ready\nmore").end();
  await settle(time);
  assertEquals((await waiting).input, "ready");
  assertEquals((await all).length, 20 * 2 ** 20 + "ready\nmore".length);
});

Deno.test("waitFor() that ran out of time leaves nothing behind", async () => {
  using time = new FakeTime();
  const daemon = new FakeDaemon();
  const handle = await started(daemon);
  for (let i = 0; i < 3; i++) {
    const waiting = assertRejects(() => handle.waitFor(/never/, { timeoutMs: 100 }), TimeoutError);
    await time.tickAsync(100);
    const { code, message } = await waiting;
    assertEquals([code, message], [
      "wait_timeout",
      'Cannot wait for a line of command "serve": none matched within 100 ms',
    ]);
  }
  daemon.streams[0]!.end();
  await handle.wait();
  await settle(time);
  assertEquals(await time.nextAsync(), false, "no timer");
});

Deno.test("Output.attach() forgets subscribers that are gone, also while nothing comes", () => {
  const output = new Output(true, 1024);
  let asked = 0;
  class Counted extends BoundedQueue<Chunk> {
    override get isFull(): boolean {
      asked++;
      return false;
    }
  }
  for (let i = 0; i < 100; i++) {
    const queue = new Counted(1);
    output.attach(queue);
    queue.cancel();
  }
  assert(!output.isFull);
  assert(asked <= 1, `${asked} are kept`);
});
