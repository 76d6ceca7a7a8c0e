import { assertEquals, assertRejects } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { SandboxError } from "../../src/errors/sandbox_error.ts";
import { TimeoutError } from "../../src/errors/timeout_error.ts";
import { settle, until } from "../process/turns.ts";
import { rpcError } from "./tools.ts";
import { WatchDaemon } from "./watch_daemon.ts";

/** What refuses a stream: an old daemon, a proxy, a server without the call. */
const REFUSALS: readonly (() => Response)[] = [
  () => new Response("404 page not found\n", { status: 404, headers: { "content-type": "text/plain" } }),
  () => new Response(null, { status: 415 }),
  () => new Response("", { status: 501 }),
  () => rpcError(501, "unimplemented", "no such call"),
];

Deno.test("where a stream is refused, the events are asked for, and this is remembered", async () => {
  for (const refusal of REFUSALS) {
    const daemon = new WatchDaemon();
    daemon.onCall = (method) => method === "WatchDir" ? refusal() : undefined;
    const first = await daemon.files.watchDir("/w");
    await first.stop();
    assertEquals(daemon.calls.splice(0), ["WatchDir", "CreateWatcher", "RemoveWatcher"]);
    const second = await daemon.files.watchDir("/w");
    await second.stop();
    assertEquals(daemon.calls, ["CreateWatcher", "RemoveWatcher"]);
  }
});

Deno.test("where both forms are refused, the second refusal is told, and a stream is tried again", async () => {
  const daemon = new WatchDaemon();
  daemon.onCall = () => rpcError(501, "unimplemented", "no such call");
  for (let i = 0; i < 2; i++) {
    const error = await assertRejects(() => daemon.files.watchDir("/w"), SandboxError);
    assertEquals([error.code, daemon.calls.splice(0)], ["unsupported", ["WatchDir", "CreateWatcher"]] as never);
  }
});

Deno.test("where a stream is held up, the events are asked for, and this is remembered", async () => {
  using time = new FakeTime();
  const daemon = new WatchDaemon();
  daemon.onWatch = () => {};
  const watching = daemon.files.watchDir("/w");
  await settle(time);
  assertEquals(daemon.calls, ["WatchDir"]);
  await time.tickAsync(5_000);
  await until(time, () => daemon.calls.length > 1);
  const watch = await watching;
  await settle(time);
  assertEquals([daemon.calls.splice(0), daemon.watches[0]!.isCut], [["WatchDir", "CreateWatcher"], true] as never);
  await watch.stop();
  await (await daemon.files.watchDir("/w")).stop();
  assertEquals(daemon.calls, ["RemoveWatcher", "CreateWatcher", "RemoveWatcher"]);
});

Deno.test("a stream that is late but first is taken, and the watcher removed", async () => {
  using time = new FakeTime();
  const daemon = new WatchDaemon();
  const created = Promise.withResolvers<undefined>();
  daemon.onWatch = () => {};
  daemon.onCall = (method) => method === "CreateWatcher" ? created.promise : undefined;
  const watching = daemon.files.watchDir("/w");
  await settle(time);
  await time.tickAsync(5_000);
  await until(time, () => daemon.calls.length > 1);
  daemon.watches[0]!.start();
  const watch = await watching;
  created.resolve(undefined);
  await until(time, () => daemon.calls.at(-1) === "RemoveWatcher");
  assertEquals(daemon.watches[0]!.isCut, false);
  await watch.stop();
  assertEquals(daemon.calls, ["WatchDir", "CreateWatcher", "RemoveWatcher"]);
});

Deno.test("where nothing answers, requestTimeoutMs ends the waiting", async () => {
  using time = new FakeTime();
  for (const polling of [false, true]) {
    const daemon = new WatchDaemon();
    daemon.onWatch = () => {};
    daemon.onCall = (method) => method === "CreateWatcher" ? new Promise(() => {}) : undefined;
    const refused = assertRejects(
      () => daemon.files.watchDir("/w", { polling, requestTimeoutMs: 8_000 }),
      TimeoutError,
    );
    await settle(time);
    await time.tickAsync(4_000);
    await settle(time);
    await time.tickAsync(4_000);
    await settle(time);
    assertEquals((await refused).code, "request_timeout");
    assertEquals(daemon.calls, polling ? ["CreateWatcher"] : ["WatchDir", "CreateWatcher"]);
    assertEquals(daemon.watches.map(({ isCut }) => isCut), polling ? [] : [true]);
  }
});

Deno.test("an abort ends both attempts", async () => {
  using time = new FakeTime();
  const daemon = new WatchDaemon();
  const created = Promise.withResolvers<undefined>();
  daemon.onWatch = () => {};
  daemon.onCall = (method) => method === "CreateWatcher" ? created.promise : undefined;
  const controller = new AbortController();
  const reason = new Error("never mind");
  const watching = daemon.files.watchDir("/w", { signal: controller.signal }).catch((error) => error);
  await settle(time);
  await time.tickAsync(5_000);
  await until(time, () => daemon.calls.length > 1);
  controller.abort(reason);
  assertEquals([await watching, daemon.watches[0]!.isCut], [reason, true]);
  created.resolve(undefined);
  await until(time, () => daemon.calls.at(-1) === "RemoveWatcher");
});
