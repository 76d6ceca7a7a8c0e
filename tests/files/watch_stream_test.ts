import { assertEquals, assertFalse, assertInstanceOf, assertRejects, assertStringIncludes } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { DisconnectedError } from "../../src/errors/disconnected_error.ts";
import { SandboxError } from "../../src/errors/sandbox_error.ts";
import type { WatchEvent } from "../../src/files/watch_handle.ts";
import { settle, until } from "../process/turns.ts";
import { rpcError } from "./tools.ts";
import { EventType, type FakeWatch, WatchDaemon } from "./watch_daemon.ts";

const { CREATE, WRITE, REMOVE, RENAME, CHMOD } = EventType;

/** Reads a watch to its error. */
async function read(watch: AsyncIterable<WatchEvent>): Promise<[seen: string[], error: SandboxError]> {
  const seen: string[] = [];
  try {
    for await (const { type, name } of watch) seen.push(`${type} ${name}`);
  } catch (error) {
    assertInstanceOf(error, SandboxError);
    return [seen, error];
  }
  throw new Error(`it ended without an error after ${seen}`);
}

Deno.test("watchDir tells what the daemon tells, with absolute paths", async () => {
  for (const [path, root] of [["/w", "/w"], ["/w/", "/w"], ["/", ""], ["/a/../b//", "/a/../b"], ["x", "/home/user"]]) {
    const daemon = new WatchDaemon();
    const watch = await daemon.files.watchDir(path!);
    daemon.watches[0]!.ping().tell([CREATE, "a"], [WRITE, "sub/b"], [CHMOD, "."]);
    const seen: WatchEvent[] = [];
    for await (const event of watch) {
      seen.push(event);
      if (seen.length === 3) break;
    }
    assertEquals(seen, [
      { type: "create", name: "a", path: `${root}/a` },
      { type: "write", name: "sub/b", path: `${root}/sub/b` },
      { type: "chmod", name: ".", path: root || "/" },
    ]);
    assertEquals(daemon.watches[0]!.isCut, true);
    assertEquals(daemon.watches[0]!.headers.get("keepalive-ping-interval"), "50");
  }
});

Deno.test("a watch ends with an error behind its last event", async () => {
  const cases: [name: string, end: (watch: FakeWatch) => unknown, code: string, message: string][] = [
    ["removed", (watch) => watch.tell([REMOVE, "."]), "file_not_found", "the directory was removed"],
    ["renamed", (watch) => watch.tell([RENAME, "."]), "file_not_found", "the directory was renamed"],
    ["broken", (watch) => watch.break(), "disconnected", "cut before its end"],
    ["ended", (watch) => watch.end(), "disconnected", "the stream ended"],
    [
      "deadline",
      (watch) => watch.end("deadline_exceeded", "context deadline exceeded"),
      "disconnected",
      "deadline exceeded",
    ],
    [
      "overflow",
      (watch) => watch.end("internal", "watcher error: fsnotify: queue or buffer overflow"),
      "internal",
      "overflow",
    ],
    ["started twice", (watch) => watch.start(), "protocol", "a second start event"],
    ["unknown type", (watch) => watch.tell([9 as typeof CREATE, "b"]), "protocol", "an event of type 9"],
  ];
  for (const [name, end, code, message] of cases) {
    const daemon = new WatchDaemon();
    await using watch = await daemon.files.watchDir("/w");
    const reading = read(watch);
    daemon.watches[0]!.tell([CREATE, "a"]);
    // What breaks takes what was not read along.
    while (daemon.watches[0]!.unread > 0) await Promise.resolve();
    end(daemon.watches[0]!);
    const [seen, error] = await reading;
    assertEquals([error.code, seen[0]], [code, "create a"] as never, name);
    assertStringIncludes(error.message, 'Cannot watch directory "/w": ', name);
    assertStringIncludes(error.message, message, name);
    if (code === "disconnected") assertInstanceOf(error, DisconnectedError);
    if (code === "disconnected" || code === "internal") assertStringIncludes(error.hint ?? "", "list it");
    assertEquals(daemon.calls, ["WatchDir"]);
  }
});

Deno.test("watchDir rejects where the watch is not armed", async () => {
  const cases: [answer: (watch: FakeWatch) => unknown, code: string][] = [
    [(watch) => watch.ping(), "protocol"],
    [(watch) => watch.tell([CREATE, "a"]), "protocol"],
    [(watch) => watch.end(), "protocol"],
    [(watch) => watch.end("not_found", "path /w not found: stat /w: no such file or directory"), "file_not_found"],
    [(watch) => watch.end("invalid_argument", "path /w not a directory: %!w(<nil>)"), "not_a_directory"],
    [(watch) => watch.end("internal", "error adding path /w/x to watcher: no space left on device"), "internal"],
    [(watch) => watch.break(), "disconnected"],
  ];
  for (const [answer, code] of cases) {
    const daemon = new WatchDaemon();
    daemon.onWatch = answer;
    const error = await assertRejects(() => daemon.files.watchDir("/w"), SandboxError);
    assertEquals(error.code, code as never, error.message);
    if (error.message.includes("no space")) assertStringIncludes(error.hint ?? "", "max_user_watches");
    assertEquals([daemon.calls, daemon.watches[0]!.isCut], [["WatchDir"], true]);
  }
});

Deno.test("watchDir says what it could not do, also where it asks for the home first", async () => {
  const daemon = new WatchDaemon();
  daemon.onCall = () => rpcError(404, "not_found", "file not found: lstat /home/user/x: no such file or directory");
  const error = await assertRejects(() => daemon.files.watchDir("x"), SandboxError, 'Cannot watch directory "x": ');
  assertEquals([error.code, daemon.calls], ["file_not_found", ["Stat"]] as never);
});

Deno.test("watchDir refuses what makes no sense before any request", async () => {
  const daemon = new WatchDaemon();
  const { files } = daemon;
  const reason = new Error("never mind");
  await assertRejects(() => files.watchDir("a\0b"), TypeError, "NUL");
  await assertRejects(() => files.watchDir(7 as never), TypeError, "path");
  await assertRejects(() => files.watchDir("/w", { recursive: 1 as never }), TypeError, "recursive");
  await assertRejects(() => files.watchDir("/w", { polling: "yes" as never }), TypeError, "polling");
  await assertRejects(() => files.watchDir("/w", { requestTimeoutMs: -1 }), RangeError);
  for (const polling of [false, true]) {
    for (const path of ["/w", "w"]) {
      const signal = AbortSignal.abort(reason);
      assertEquals(await files.watchDir(path, { polling, signal }).catch((error) => error), reason);
    }
  }
  assertEquals(daemon.calls, []);
});

Deno.test("a watch is lost when three pings were missed, and not before", async () => {
  using time = new FakeTime();
  const daemon = new WatchDaemon();
  const watch = await daemon.files.watchDir("/w");
  const reading = read(watch);
  for (let ping = 0; ping < 10; ping++) {
    await time.tickAsync(50_000);
    daemon.watches[0]!.ping();
    await settle(time);
  }
  assertFalse(daemon.watches[0]!.isCut);
  for (let missed = 0; missed < 4; missed++) {
    await time.tickAsync(52_000);
    await settle(time);
  }
  const [seen, error] = await reading;
  assertEquals([seen, error.code, daemon.watches[0]!.isCut], [[], "disconnected", true] as never);
  assertStringIncludes(error.message, "three pings");
});

Deno.test("a watch that is not read holds 4 MiB, suspects nobody, and drops nothing", async () => {
  using time = new FakeTime();
  const daemon = new WatchDaemon();
  const watch = await daemon.files.watchDir("/w");
  const stream = daemon.watches[0]!;
  const name = "x".repeat(200);
  const COUNT = 10_000;
  for (let i = 0; i < COUNT; i++) stream.tell([WRITE, `${i}${name}`]);
  let before = -1;
  await until(time, () => before === (before = stream.unread));
  // Each event takes about 900 bytes.
  assertEquals(stream.unread > 2_000 && stream.unread < 8_000, true, `${stream.unread} unread`);
  for (let silence = 0; silence < 10; silence++) {
    await time.tickAsync(52_000);
    await settle(time);
  }
  assertFalse(stream.isCut);
  let count = 0;
  for await (const event of watch) {
    assertEquals(event.name, `${count}${name}`);
    if (++count === COUNT) break;
  }
});

Deno.test("what waits for an event gets it, or learns of the end", async () => {
  const daemon = new WatchDaemon();
  const controller = new AbortController();
  const watch = await daemon.files.watchDir("/w", { signal: controller.signal });
  const events = watch[Symbol.asyncIterator]();
  const [first, second, third] = [events.next(), events.next(), events.next()];
  daemon.watches[0]!.tell([CREATE, "a"], [CREATE, "b"]);
  assertEquals([(await first).value?.name, (await second).value?.name], ["a", "b"]);
  const reason = new Error("enough");
  controller.abort(reason);
  assertEquals(await third.catch((error) => error), reason);
  assertEquals(await events.next(), { done: true, value: undefined });
  assertEquals(daemon.watches[0]!.isCut, true);
  await watch.stop();
});

Deno.test("an abort drops what was not read", async () => {
  const daemon = new WatchDaemon();
  const controller = new AbortController();
  const watch = await daemon.files.watchDir("/w", { signal: controller.signal });
  daemon.watches[0]!.tell([CREATE, "a"]);
  while (daemon.watches[0]!.unread > 0) await Promise.resolve();
  const reason = new Error("enough");
  controller.abort(reason);
  assertEquals(await Array.fromAsync(watch).catch((error) => error), reason);
});

Deno.test("a watch that was stopped knows of no abort that comes later", async () => {
  const daemon = new WatchDaemon();
  const controller = new AbortController();
  const watch = await daemon.files.watchDir("/w", { signal: controller.signal });
  await watch.stop();
  controller.abort(new Error("too late"));
  assertEquals(await Array.fromAsync(watch), []);
});
