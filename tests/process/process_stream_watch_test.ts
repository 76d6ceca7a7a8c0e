import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { DisconnectedError } from "../../src/errors/disconnected_error.ts";
import { SandboxError } from "../../src/errors/sandbox_error.ts";
import { ProcessStream, type StreamEvent } from "../../src/process/process_stream.ts";
import { FakeDaemon } from "./fake_daemon.ts";
import { settle, until } from "./turns.ts";

/** Four ticks of a ping and a moment: three pings were missed, whenever the waiting began. */
const SILENCE_MS = 4 * 52_000;

/** Follows process 7, which the daemon lists. */
async function opened(daemon: FakeDaemon): Promise<ProcessStream> {
  daemon.processes = [7];
  daemon.onStream = (stream) => void stream.start(7);
  const connection = daemon.connection();
  const call = connection.call("start command", "process", {});
  return await ProcessStream.open(
    connection,
    call,
    { start: {} },
    new AbortController(),
    new AbortController().signal,
  );
}

/** Holds up a call of the daemon until the test lets it go. */
function holding(daemon: FakeDaemon, held: string): () => void {
  const { promise, resolve } = Promise.withResolvers<void>();
  daemon.onCall = async (method) => method === held ? void await promise : undefined;
  return resolve;
}

function textOf(event: StreamEvent): string {
  return event.$case === "data" ? new TextDecoder().decode(event.value.output?.value) : event.$case;
}

Deno.test("ProcessStream asks for a process no more once its stream was cut", async () => {
  using time = new FakeTime();
  const daemon = new FakeDaemon();
  const stream = await opened(daemon);
  daemon.streams[0]!.cut();
  await assertRejects(() => stream.next(), DisconnectedError);
  for (let silence = 0; silence < 5; silence++) {
    await time.tickAsync(SILENCE_MS);
    await settle(time);
  }
  assertEquals(daemon.calls, ["Start"]);
});

Deno.test("ProcessStream drains a stream with a second start event, and asks for its process no more", async () => {
  using time = new FakeTime();
  const daemon = new FakeDaemon();
  const stream = await opened(daemon);
  daemon.streams[0]!.start(8);
  assertEquals((await assertRejects(() => stream.next(), SandboxError)).code, "protocol");
  for (let chatter = 0; chatter < 5; chatter++) {
    daemon.streams[0]!.stdout("more");
    await settle(time);
    await time.tickAsync(9_000);
  }
  assertEquals(daemon.streams[0]!.cancelled, false, "cutting it while output arrives would kill the daemon");
  await time.tickAsync(16_000);
  await settle(time);
  assertEquals(daemon.streams[0]!.cancelled, true);
  await time.tickAsync(10 * SILENCE_MS);
  await settle(time);
  assertEquals(daemon.calls, ["Start"]);
});

Deno.test("ProcessStream does not suspect a healthy stream whose consumer was held up for 10 minutes", async () => {
  using time = new FakeTime();
  const daemon = new FakeDaemon();
  const stream = await opened(daemon);
  daemon.streams[0]!.stdout("a");
  assertEquals(textOf(await stream.next()), "a");
  await time.tickAsync(10 * 60_000);
  const next = stream.next();
  await settle(time);
  // A ping is due within 50 s of reading on.
  await time.tickAsync(50_000);
  await settle(time);
  daemon.streams[0]!.ping();
  await settle(time);
  daemon.streams[0]!.stdout("b");
  assertEquals(textOf(await next), "b");
  assertEquals(daemon.calls, ["Start"]);
  daemon.streams[0]!.end();
  await stream.next();
});

for (const held of ["List", "Connect"]) {
  Deno.test(`ProcessStream goes on with a stream whose output resumes while ${held} is under way`, async () => {
    using time = new FakeTime();
    const daemon = new FakeDaemon();
    const stream = await opened(daemon);
    const letGo = holding(daemon, held);
    let next = stream.next();
    await time.tickAsync(SILENCE_MS);
    await until(time, () => daemon.calls.at(-1) === held);
    daemon.streams[0]!.stdout("resumed");
    assertEquals(textOf(await next), "resumed");
    next = stream.next();
    letGo();
    await until(time, () => daemon.streams.length === 2);
    const fresh = daemon.streams[1]!;
    // Both streams get what the process prints; the new one is read until it is silent.
    for (let chatter = 0; chatter < 5; chatter++) {
      for (const each of daemon.streams) each.stdout(`${chatter}`);
      assertEquals(textOf(await next), `${chatter}`);
      next = stream.next();
      await settle(time);
      await time.tickAsync(9_000);
      assertEquals(daemon.streams.map(({ cancelled }) => cancelled), [false, false]);
    }
    await time.tickAsync(16_000);
    await settle(time);
    assertEquals([daemon.streams[0]!.cancelled, fresh.cancelled], [false, true]);
    daemon.streams[0]!.end(4);
    assertEquals((await next).$case, "end");
  });

  Deno.test(`ProcessStream watches no more when the end arrives while ${held} is under way`, async () => {
    using time = new FakeTime();
    const daemon = new FakeDaemon();
    const stream = await opened(daemon);
    const letGo = holding(daemon, held);
    const next = stream.next();
    await time.tickAsync(SILENCE_MS);
    await until(time, () => daemon.calls.at(-1) === held);
    daemon.streams[0]!.end(0);
    assertEquals((await next).$case, "end");
    daemon.onStream = (stream) => void stream.start(7).end(0);
    letGo();
    await settle(time);
    assertEquals(await time.nextAsync(), false, "no timer is left");
    assertEquals(daemon.calls, ["Start", "List", "Connect"]);
  });
}

Deno.test("ProcessStream drains the stream that took a silent one's place when its output shows a loss", async () => {
  using time = new FakeTime();
  const daemon = new FakeDaemon();
  const stream = await opened(daemon);
  const lost = assertRejects(() => stream.next(), DisconnectedError);
  await time.tickAsync(SILENCE_MS);
  await until(time, () => daemon.streams.length === 2);
  const fresh = daemon.streams[1]!;
  for (let chatter = 0; chatter < 5; chatter++) {
    fresh.stdout("late");
    await settle(time);
    await time.tickAsync(9_000);
    assertEquals(fresh.cancelled, false);
  }
  assertStringIncludes((await lost).message, "output in it is lost");
  await time.tickAsync(16_000);
  await settle(time);
  assertEquals(fresh.cancelled, true);
  await time.tickAsync(10 * SILENCE_MS);
  await settle(time);
  assertEquals(daemon.calls, ["Start", "List", "Connect"]);
});
