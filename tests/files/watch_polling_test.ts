import { assertEquals, assertInstanceOf, assertRejects, assertStringIncludes } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { DisconnectedError } from "../../src/errors/disconnected_error.ts";
import { SandboxError } from "../../src/errors/sandbox_error.ts";
import type { WatchHandle } from "../../src/files/watch_handle.ts";
import { settle, until } from "../process/turns.ts";
import { rpcAnswer, rpcError } from "./tools.ts";
import { EventType, ID, unknownWatcher, WatchDaemon } from "./watch_daemon.ts";

const { CREATE, WRITE, REMOVE } = EventType;
const LOST = new TypeError("connection reset");

/** A watch that asks, and how often it has asked. */
async function polled(daemon: WatchDaemon): Promise<[watch: WatchHandle, asked: () => number]> {
  const watch = await daemon.files.watchDir("/w", { polling: true });
  return [watch, () => daemon.calls.filter((call) => call === "GetWatcherEvents").length];
}

Deno.test("polling asks often while things happen, and rarely while not", async () => {
  using time = new FakeTime();
  const daemon = new WatchDaemon();
  const [watch, asked] = await polled(daemon);
  const pauses: number[] = [];
  for (let pause = 0, before = asked(); pauses.length < 6;) {
    await time.tickAsync(100);
    await settle(time);
    pause += 100;
    if (asked() === before) continue;
    if (pauses.length === 3) daemon.told.push([[CREATE, "a"]]);
    pauses.push(pause);
    [before, pause] = [asked(), 0];
  }
  assertEquals(pauses, [100, 200, 400, 800, 1000, 100]);
  await watch.stop();
  await time.tickAsync(60_000);
  assertEquals([asked(), daemon.calls.at(-1)], [6, "RemoveWatcher"]);
});

Deno.test("polling tells every event in order, and is over when the loop is left", async () => {
  const daemon = new WatchDaemon();
  daemon.told.push([[CREATE, "a"], [WRITE, "a"]], [], [[CREATE, "ü\nb"]]);
  const [watch] = await polled(daemon);
  const seen: string[] = [];
  for await (const { type, path } of watch) {
    seen.push(`${type} ${path}`);
    if (seen.length === 3) break;
  }
  assertEquals(seen, ["create /w/a", "write /w/a", "create /w/ü\nb"]);
  assertEquals(daemon.calls.join(), "CreateWatcher,GetWatcherEvents,GetWatcherEvents,GetWatcherEvents,RemoveWatcher");
});

Deno.test("polling ends with an error, and takes its watcher along", async () => {
  const cases = [
    [LOST, "disconnected", "CreateWatcher,GetWatcherEvents,RemoveWatcher"],
    [unknownWatcher(), "disconnected", "CreateWatcher,GetWatcherEvents"],
    [rpcError(500, "internal", "watcher error: too much"), "internal", "CreateWatcher,GetWatcherEvents,RemoveWatcher"],
    [rpcError(401, "unauthenticated", "no"), "unauthenticated", "CreateWatcher,GetWatcherEvents,RemoveWatcher"],
    [[[REMOVE, "."]] as const, "file_not_found", "CreateWatcher,GetWatcherEvents,RemoveWatcher"],
  ] as const;
  for (const [answer, code, calls] of cases) {
    const daemon = new WatchDaemon();
    daemon.told.push(answer as never);
    const [watch] = await polled(daemon);
    const error = await assertRejects(() => Array.fromAsync(watch), SandboxError);
    assertEquals(error.code, code);
    if (code === "disconnected" || code === "internal") assertStringIncludes(error.hint ?? "", "Events may be missing");
    if (code === "disconnected") assertInstanceOf(error, DisconnectedError);
    await watch.stop();
    assertEquals(daemon.calls.join(), calls);
  }
});

Deno.test("a question for events is not asked twice: its answer may have been lost", async () => {
  const daemon = new WatchDaemon({ retry: { attempts: 3, gatewayMs: 1_000 } });
  daemon.told.push(LOST);
  const [watch] = await polled(daemon);
  await assertRejects(() => Array.fromAsync(watch), DisconnectedError);
  assertEquals(daemon.calls.slice(0, 3), ["CreateWatcher", "GetWatcherEvents", "RemoveWatcher"]);
});

Deno.test("polling waits while its reader does not come", async () => {
  using time = new FakeTime();
  const daemon = new WatchDaemon();
  const name = "x".repeat(3_000);
  const many = Array.from({ length: 400 }, () => [CREATE, name] as const);
  daemon.told.push(many, many, [[CREATE, "last"]]);
  const [watch, asked] = await polled(daemon);
  await time.tickAsync(100);
  await until(time, () => asked() === 1);
  for (let pause = 0; pause < 4; pause++) {
    await time.tickAsync(1_000);
    await settle(time);
  }
  assertEquals(asked(), 1);
  let count = 0;
  const reading = (async () => {
    for await (const event of watch) {
      count++;
      if (event.name === "last") break;
    }
  })();
  for (let pause = 0; pause < 4; pause++) {
    await settle(time);
    await time.tickAsync(1_000);
  }
  await reading;
  assertEquals(count, 801);
});

Deno.test("stop says when the sandbox could not be told; leaving a loop does not", async () => {
  const failing = (method: string) => method === "RemoveWatcher" ? rpcError(500, "internal", "no") : undefined;
  const first = new WatchDaemon();
  first.onCall = failing;
  const [watch] = await polled(first);
  await assertRejects(() => watch.stop(), SandboxError, 'Cannot watch directory "/w": no');
  const second = new WatchDaemon();
  second.onCall = failing;
  second.told.push([[CREATE, "a"]]);
  const [left] = await polled(second);
  for await (const _ of left) break;
  const third = new WatchDaemon();
  third.onCall = (method) => method === "RemoveWatcher" ? unknownWatcher() : undefined;
  const [gone] = await polled(third);
  await gone.stop();
});

Deno.test("what a loop throws ends the watch", async () => {
  const daemon = new WatchDaemon();
  daemon.told.push([[CREATE, "a"]]);
  const [watch] = await polled(daemon);
  const reason = new Error("mine");
  const thrown = await (async () => {
    for await (const _ of watch) throw reason;
  })().catch((error) => error);
  assertEquals([thrown, daemon.calls.at(-1)], [reason, "RemoveWatcher"]);
});

Deno.test("a watcher that nobody waits for any more is removed when it is there", async () => {
  const daemon = new WatchDaemon();
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const [asked, removed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  daemon.onCall = (method) => {
    (method === "RemoveWatcher" ? removed : asked).resolve();
    return method === "CreateWatcher" ? promise : undefined;
  };
  const controller = new AbortController();
  const reason = new Error("too slow");
  const watching = daemon.files.watchDir("/w", { polling: true, signal: controller.signal });
  await asked.promise;
  controller.abort(reason);
  assertEquals(await watching.catch((error) => error), reason);
  resolve(undefined);
  await removed.promise;
  assertEquals(daemon.calls, ["CreateWatcher", "RemoveWatcher"]);
});

Deno.test("an answer without an id is none", async () => {
  const daemon = new WatchDaemon();
  daemon.onCall = () => rpcAnswer(new Uint8Array(0));
  const error = await assertRejects(() => daemon.files.watchDir("/w", { polling: true }), SandboxError, "watcher id");
  assertEquals([error.code, daemon.calls, ID.length], ["protocol", ["CreateWatcher"], 21]);
});
