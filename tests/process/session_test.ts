import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { DisconnectedError } from "../../src/errors/disconnected_error.ts";
import type { RuntimeClientOptions } from "../../src/options.ts";
import { openProcess } from "../../src/process/open_process.ts";
import { Output } from "../../src/process/output.ts";
import { Session } from "../../src/process/session.ts";
import { sendSignal } from "../../src/process/signals.ts";
import { FakeDaemon } from "./fake_daemon.ts";
import { settle } from "./turns.ts";

async function started(
  daemon: FakeDaemon,
  output: Output = new Output(true, 1024),
  options: RuntimeClientOptions = {},
): Promise<Session> {
  const connection = daemon.connection(options);
  daemon.onStream = (stream) => void stream.start(7);
  const call = connection.call("start command", "process", {});
  const stream = await openProcess(connection, call, { start: {} }, {});
  return new Session(connection, stream, output, { owned: true, pumpWhen: Promise.resolve() });
}

Deno.test("Session.outcome is the result", async () => {
  const daemon = new FakeDaemon();
  const session = await started(daemon);
  daemon.streams[0]!.stdout("a").stdout("b").end(3);
  const { exitCode, stdout, pid, truncatedBytes } = await session.outcome;
  assertEquals([exitCode, stdout, pid, truncatedBytes], [3, "ab", 7, 0]);
  assert(session.exited);
});

Deno.test("Session.outcome does not join the bytes of a large output, which its caller may not want", async () => {
  const daemon = new FakeDaemon();
  const session = await started(daemon, new Output(true, 8 * 2 ** 20));
  for (let part = 0; part < 40; part++) daemon.streams[0]!.stdout("x".repeat(2 ** 16));
  daemon.streams[0]!.end(0);
  const result = await session.outcome;
  assert(Object.getOwnPropertyDescriptor(result, "stdoutBytes")!.get !== undefined);
  assertEquals([result.stdoutBytes.length, result.stdout.length], [40 * 2 ** 16, 40 * 2 ** 16]);
});

Deno.test("Session.outcome of a lost stream has what arrived, and no exit code", async () => {
  const daemon = new FakeDaemon();
  const session = await started(daemon);
  const stdout = session.output.subscribe();
  daemon.streams[0]!.stdout("so far");
  await stdout.next();
  daemon.streams[0]!.cut();
  const error = await assertRejects(() => session.outcome, DisconnectedError);
  assertEquals([error.pid, error.partial?.stdout], [7, "so far"]);
  assert(!("exitCode" in error.partial!));
});

Deno.test("Session.stop() kills, takes the last output, then rejects", async () => {
  const daemon = new FakeDaemon();
  const session = await started(daemon);
  daemon.onSignal = () => {
    daemon.streams[0]!.stdout("last words").end(137);
    return true;
  };
  const reason = new Error("enough");
  let words: string | undefined;
  await session.stop(({ partial, mayRun }) => {
    words = partial.stdout;
    assertEquals(mayRun, false);
    return reason;
  });
  assertStrictEquals(await assertRejects(() => session.outcome), reason);
  assertEquals(words, "last words");
  assertEquals(daemon.streams[0]!.cancelled, false);
});

Deno.test("Session.stop() rejects after 5 s and drains on in the background", async () => {
  using time = new FakeTime();
  const daemon = new FakeDaemon();
  const session = await started(daemon);
  const reason = new Error("enough");
  let settled = false;
  session.onSettled(() => settled = true);
  const stopped = session.stop(() => reason);
  await settle(time);
  assertEquals(settled, false);
  await time.tickAsync(5_000);
  await stopped;
  assertStrictEquals(await assertRejects(() => session.outcome), reason);
  assertEquals(daemon.streams[0]!.cancelled, false, "cutting would kill the daemon");
  daemon.streams[0]!.stdout("more").end(137);
  await settle(time);
});

Deno.test("Session.stop() gives a kill longer than the caller gives a request", async () => {
  using time = new FakeTime();
  const daemon = new FakeDaemon();
  const session = await started(daemon, undefined, { requestTimeoutMs: 100 });
  const slow = Promise.withResolvers<void>();
  daemon.onCall = async (method) => {
    if (method === "KillTree") await slow.promise;
  };
  daemon.onSignal = () => {
    daemon.streams[0]!.end(137);
    return true;
  };
  let killed: boolean | undefined;
  const stopped = session.stop(({ mayRun }) => {
    killed = !mayRun;
    return new Error("enough");
  });
  await time.tickAsync(4_000);
  slow.resolve();
  await stopped;
  assertEquals(killed, true);
});

Deno.test("Session.stop() does nothing after the end", async () => {
  const daemon = new FakeDaemon();
  const session = await started(daemon);
  daemon.streams[0]!.end(0);
  await session.outcome;
  await session.stop(() => new Error("too late"));
  assertEquals((await session.outcome).exitCode, 0);
  assertEquals(daemon.calls, ["Start"]);
});

Deno.test("Session.stopOnAbort() rejects with the signal's own reason", async () => {
  const daemon = new FakeDaemon();
  const session = await started(daemon);
  daemon.onSignal = () => !!daemon.streams[0]!.end(137);
  const controller = new AbortController();
  session.stopOnAbort(controller.signal);
  const reason = new Error("mine");
  controller.abort(reason);
  assertStrictEquals(await assertRejects(() => session.outcome), reason);
});

Deno.test("Session.kill() waits for the end, and tells whether there was a process", async () => {
  using time = new FakeTime();
  const daemon = new FakeDaemon();
  const session = await started(daemon);
  const connection = daemon.connection();
  const kill = () => sendSignal(connection, session.pid, "SIGKILL");
  daemon.onSignal = () => false;
  const gone = session.kill(kill);
  await settle(time);
  await time.tickAsync(5_000);
  assertEquals(await gone, false);
  daemon.onSignal = () => !!daemon.streams[0]!.end(137);
  assertEquals(await session.kill(kill), true);
  assertEquals((await session.outcome).exitCode, 137);
  assertEquals(await session.kill(kill), false, "a pid of the past may be another's");
  assertEquals(daemon.calls, ["Start", "SendSignal", "SendSignal"]);
});

Deno.test("Session.disconnect() settles at once and closes the stream only when it has been silent", async () => {
  using time = new FakeTime();
  const daemon = new FakeDaemon();
  const session = await started(daemon);
  session.disconnect();
  const error = await assertRejects(() => session.outcome, DisconnectedError);
  assertEquals(error.pid, 7);
  for (let chatter = 0; chatter < 10; chatter++) {
    daemon.streams[0]!.stdout("more");
    await settle(time);
    await time.tickAsync(9_000);
    assertEquals(daemon.streams[0]!.cancelled, false);
  }
  await time.tickAsync(7_000);
  await settle(time);
  assertEquals(daemon.streams[0]!.cancelled, true);
  assertEquals(daemon.calls, ["Start"], "the process is left alone");
});

Deno.test("Session.stopOnOverflow() kills a process that prints more than is kept", async () => {
  const daemon = new FakeDaemon();
  const session = await started(daemon, new Output(true, 4));
  daemon.onSignal = () => !!daemon.streams[0]!.end(137);
  const error = new Error("too much");
  session.stopOnOverflow(({ partial }) => Object.assign(error, { partial }));
  daemon.streams[0]!.stdout("abcdef");
  assertStrictEquals(await assertRejects(() => session.outcome), error);
  assertEquals((error as unknown as { partial: unknown }).partial, {
    stdout: "abef",
    stderr: "",
    stdoutBytes: new TextEncoder().encode("abef"),
    stderrBytes: new Uint8Array(0),
    truncatedBytes: 2,
  });
});
