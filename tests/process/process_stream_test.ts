import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { DisconnectedError } from "../../src/errors/disconnected_error.ts";
import { SandboxError } from "../../src/errors/sandbox_error.ts";
import { ProcessStream } from "../../src/process/process_stream.ts";
import { FakeDaemon } from "./fake_daemon.ts";
import { until } from "./turns.ts";

/** Four ticks of a ping and a moment: three pings were missed, whenever the waiting began. */
const SILENCE_MS = 4 * 52_000;

async function opened(daemon: FakeDaemon): Promise<ProcessStream> {
  const connection = daemon.connection();
  const call = connection.call("start command", "process", {});
  const cut = new AbortController();
  return await ProcessStream.open(connection, call, { start: {} }, cut, new AbortController().signal);
}

Deno.test("ProcessStream.next() gives output and the end, and leaves pings out", async () => {
  const daemon = new FakeDaemon();
  daemon.onStream = (stream) => void stream.start(7).ping().stdout("a").ping().end(3);
  const stream = await opened(daemon);
  assertEquals(stream.pid, 7);
  const output = await stream.next();
  assertEquals(output.$case, "data");
  const end = await stream.next();
  assertEquals(end.$case === "end" && end.value.exitCode, 3);
});

Deno.test("ProcessStream.open() refuses a stream that does not begin with its start event", async () => {
  const daemon = new FakeDaemon();
  daemon.onStream = (stream) => void stream.stdout("a");
  const error = await assertRejects(() => opened(daemon), SandboxError, "a data event before the start event");
  assertEquals(error.code, "protocol");
  assertEquals(daemon.streams[0]!.cancelled, true);
});

Deno.test("ProcessStream.next() refuses a second start event and a stream without an end", async () => {
  const daemon = new FakeDaemon();
  daemon.onStream = (stream) => void stream.start(7).start(8);
  const twice = await opened(daemon);
  assertEquals((await assertRejects(() => twice.next(), SandboxError)).code, "protocol");
  twice.cut();

  daemon.onStream = (stream) => void stream.start(7).bytes(2, new TextEncoder().encode("{}"));
  const endless = await opened(daemon);
  assertEquals((await assertRejects(() => endless.next(), SandboxError)).code, "protocol");
});

Deno.test("ProcessStream.next() says disconnected when the connection is cut", async () => {
  const daemon = new FakeDaemon();
  daemon.onStream = (stream) => void stream.start(7);
  const stream = await opened(daemon);
  daemon.streams[0]!.cut();
  await assertRejects(() => stream.next(), DisconnectedError);
  stream.cut();
});

Deno.test("ProcessStream.next() waits on while pings come, without asking", async () => {
  using time = new FakeTime();
  const daemon = new FakeDaemon();
  daemon.onStream = (stream) => void stream.start(7);
  const stream = await opened(daemon);
  const next = stream.next();
  for (let ping = 0; ping < 100; ping++) {
    daemon.streams[0]!.ping();
    await time.tickAsync(50_000);
  }
  daemon.streams[0]!.end();
  assertEquals((await next).$case, "end");
  assertEquals(daemon.calls, ["Start"]);
});

Deno.test("ProcessStream.next() says disconnected after three missed pings when the process is gone", async () => {
  using time = new FakeTime();
  const daemon = new FakeDaemon();
  daemon.onStream = (stream) => void stream.start(7);
  const stream = await opened(daemon);
  const next = assertRejects(() => stream.next(), DisconnectedError, "the process is gone");
  await time.tickAsync(SILENCE_MS);
  await next;
  assertEquals(daemon.calls, ["Start", "List"]);
  assertEquals(daemon.streams[0]!.cancelled, true);
});

Deno.test("ProcessStream.next() trusts the end of a process that had closed its output", async () => {
  using time = new FakeTime();
  const daemon = new FakeDaemon();
  daemon.processes = [7];
  daemon.onStream = (stream) => void stream.start(7);
  const stream = await opened(daemon);
  const next = stream.next();
  await time.tickAsync(SILENCE_MS);
  await until(time, () => daemon.streams[0]!.cancelled);
  assertEquals(daemon.calls, ["Start", "List", "Connect"]);
  // Silent still: asked again, subscribed again.
  await time.tickAsync(SILENCE_MS);
  await until(time, () => daemon.streams[1]!.cancelled);
  assertEquals(daemon.calls, ["Start", "List", "Connect", "List", "Connect"]);
  daemon.streams[2]!.end(4);
  const end = await next;
  assertEquals(end.$case === "end" && end.value.exitCode, 4);
});

for (const sign of ["ping", "output"] as const) {
  Deno.test(`ProcessStream.next() says disconnected when ${sign} on the new stream proves the old one lost`, async () => {
    using time = new FakeTime();
    const daemon = new FakeDaemon();
    daemon.processes = [7];
    daemon.onStream = (stream) => void stream.start(7);
    const stream = await opened(daemon);
    const next = assertRejects(() => stream.next(), DisconnectedError);
    await time.tickAsync(SILENCE_MS);
    await until(time, () => daemon.streams.length === 2);
    if (sign === "ping") daemon.streams[1]!.ping();
    else daemon.streams[1]!.stdout("late");
    assertStringIncludes((await next).message, "output in it is lost");
    stream.cut();
  });
}

Deno.test("ProcessStream.next() is not suspicious while nobody reads", async () => {
  using time = new FakeTime();
  const daemon = new FakeDaemon();
  daemon.onStream = (stream) => void stream.start(7).stdout("a");
  const stream = await opened(daemon);
  await stream.next();
  // The caller is held up for long: the daemon cannot send pings behind output that is not taken.
  await time.tickAsync(10 * SILENCE_MS);
  assertEquals(daemon.calls, ["Start"]);
  daemon.streams[0]!.end();
  assertEquals((await stream.next()).$case, "end");
});
