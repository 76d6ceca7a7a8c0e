import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { TimeoutError } from "../../src/errors/timeout_error.ts";
import { openProcess } from "../../src/process/open_process.ts";
import { FakeDaemon, type FakeStream, unavailable } from "./fake_daemon.ts";
import { settle, until } from "./turns.ts";

Deno.test("openProcess() makes no request for an aborted signal", async () => {
  const daemon = new FakeDaemon();
  const connection = daemon.connection();
  const reason = new Error("no");
  const call = connection.call("start command", "process", {});
  const error = await assertRejects(() =>
    openProcess(connection, call, { start: {} }, { signal: AbortSignal.abort(reason) })
  );
  assertStrictEquals(error, reason);
  assertEquals(daemon.calls, []);
});

Deno.test("openProcess() waits for the start event after an abort, then kills and drains", async () => {
  const daemon = new FakeDaemon();
  const connection = daemon.connection();
  const asked = Promise.withResolvers<FakeStream>();
  const headers = Promise.withResolvers<void>();
  daemon.onStream = async (stream) => {
    asked.resolve(stream);
    await headers.promise;
  };
  const killed: number[] = [];
  daemon.onSignal = (pid) => {
    killed.push(pid);
    daemon.streams[0]!.stdout("last words").end(137);
    return true;
  };
  const controller = new AbortController();
  const reason = new Error("enough");
  const call = connection.call("start command", "process", {});
  const opening = openProcess(connection, call, { start: {} }, { signal: controller.signal });
  const rejected = assertRejects(() => opening);
  const stream = await asked.promise;
  controller.abort(reason);
  stream.start(7);
  headers.resolve();
  assertStrictEquals(await rejected, reason);
  assertEquals(killed, [7]);
  assertEquals(stream.cancelled, false, "nothing is cut on the wire");
});

Deno.test("openProcess() rejects at its limit, and kills a process that starts later", async () => {
  using time = new FakeTime();
  const daemon = new FakeDaemon();
  const connection = daemon.connection({ requestTimeoutMs: 1_000 });
  const headers = Promise.withResolvers<void>();
  daemon.onStream = async () => await headers.promise;
  const killed = Promise.withResolvers<number>();
  daemon.onSignal = (pid) => {
    killed.resolve(pid);
    daemon.streams[0]!.end(137);
    return true;
  };
  const call = connection.call("start command", "process", {});
  const rejected = assertRejects(() => openProcess(connection, call, { start: {} }, {}), TimeoutError);
  await time.tickAsync(1_000);
  assertEquals((await rejected).code, "request_timeout");
  assertEquals(daemon.streams[0]!.cancelled, false);
  await time.tickAsync(20_000);
  daemon.streams[0]!.start(9);
  headers.resolve();
  assertEquals(await killed.promise, 9);
  await time.tickAsync(0);
});

Deno.test("openProcess() takes longer than a request may to kill a process that started late", async () => {
  using time = new FakeTime();
  const daemon = new FakeDaemon();
  const connection = daemon.connection({ requestTimeoutMs: 100 });
  const headers = Promise.withResolvers<void>();
  daemon.onStream = async () => await headers.promise;
  const slow = Promise.withResolvers<void>();
  let killing: AbortSignal | null | undefined;
  daemon.onCall = async (method, init) => {
    if (method === "KillTree") return unavailable();
    if (method !== "SendSignal") return;
    killing = init?.signal;
    await slow.promise;
  };
  const call = connection.call("start command", "process", {});
  const rejected = assertRejects(() => openProcess(connection, call, { start: {} }, {}), TimeoutError);
  await time.tickAsync(100);
  await rejected;
  daemon.streams[0]!.start(9);
  headers.resolve();
  await until(time, () => killing !== undefined);
  await time.tickAsync(10_000);
  assertEquals(killing!.aborted, false, "a busy daemon must get the kill");
  slow.resolve();
  daemon.streams[0]!.end(137);
  await settle(time);
});

Deno.test("openProcess() gives a start up after 30 s more", async () => {
  using time = new FakeTime();
  const daemon = new FakeDaemon();
  const connection = daemon.connection({ requestTimeoutMs: 1_000 });
  daemon.onStream = () => new Promise(() => {});
  const call = connection.call("start command", "process", {});
  const rejected = assertRejects(() => openProcess(connection, call, { start: {} }, {}), TimeoutError);
  await time.tickAsync(1_000);
  await rejected;
  await time.tickAsync(29_000);
  assertEquals(daemon.streams[0]!.cancelled, false);
  await time.tickAsync(1_001);
  assertEquals(daemon.streams[0]!.cancelled, true);
});

Deno.test("openProcess() leaves a process alone that it only was to follow", async () => {
  const daemon = new FakeDaemon();
  const connection = daemon.connection();
  const asked = Promise.withResolvers<FakeStream>();
  daemon.onStream = (stream) => asked.resolve(stream);
  const controller = new AbortController();
  const call = connection.call("connect to process 7", "process", {});
  const opening = openProcess(connection, call, { connect: {} }, { signal: controller.signal });
  const rejected = assertRejects(() => opening);
  const stream = await asked.promise;
  controller.abort(new Error("enough"));
  await rejected;
  stream.start(7).end();
  await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals(daemon.calls, ["Connect"]);
});

Deno.test("openProcess() reads a process that starts late to its end, also where killing it fails", async () => {
  using time = new FakeTime();
  const daemon = new FakeDaemon();
  const connection = daemon.connection({ requestTimeoutMs: 1_000 });
  const headers = Promise.withResolvers<void>();
  daemon.onStream = async () => await headers.promise;
  daemon.onCall = (method) => method === "KillTree" || method === "SendSignal" ? unavailable() : undefined;
  const call = connection.call("start command", "process", {});
  const rejected = assertRejects(() => openProcess(connection, call, { start: {} }, {}), TimeoutError);
  await time.tickAsync(1_000);
  await rejected;
  const stream = daemon.streams[0]!;
  stream.start(9);
  headers.resolve();
  for (let chatter = 0; chatter < 5; chatter++) {
    stream.stdout("more");
    await settle(time);
    assertEquals([stream.unread, stream.cancelled], [0, false], "it is read, and not cut");
    await time.tickAsync(9_000);
  }
  stream.end();
  await settle(time);
  assertEquals(daemon.calls, ["Start", "KillTree", "SendSignal"]);
  assertEquals(await time.nextAsync(), false, "no timer is left");
});
