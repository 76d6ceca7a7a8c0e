import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import type { CommandHandle } from "../../src/commands/command_handle.ts";
import type { BackgroundOptions } from "../../src/commands/commands.ts";
import { FakeDaemon } from "../process/fake_daemon.ts";
import { settle } from "../process/turns.ts";

async function inBackground(
  daemon: FakeDaemon,
  options: Omit<BackgroundOptions, "background">,
): Promise<CommandHandle> {
  daemon.onStream = (stream) => void stream.start(7);
  return await daemon.client().commands.run(["sleep", "9"], { background: true, ...options });
}

Deno.test("CommandHandle.wait() of a background run resolves once its callbacks had everything", async () => {
  using time = new FakeTime();
  const daemon = new FakeDaemon();
  const seen: string[] = [];
  const slow = Promise.withResolvers<void>();
  const handle = await inBackground(daemon, {
    onStdout: async (text) => {
      await slow.promise;
      seen.push(text);
    },
  });
  daemon.streams[0]!.stdout("a");
  await settle(time);
  daemon.streams[0]!.stdout("b").end();
  let waited = false;
  const waiting = handle.wait().finally(() => waited = true);
  await settle(time);
  assertEquals([waited, seen], [false, []]);
  slow.resolve();
  assertEquals((await waiting).stdout, "ab");
  assertEquals(seen, ["a", "b"]);
});

Deno.test("CommandHandle.wait() of a background run rejects with what a callback throws after the end", async () => {
  using time = new FakeTime();
  const daemon = new FakeDaemon();
  const slow = Promise.withResolvers<void>();
  const handle = await inBackground(daemon, { onStdout: () => slow.promise });
  daemon.streams[0]!.stdout("a").end();
  const waiting = assertRejects(() => handle.wait());
  await settle(time);
  const error = new Error("theirs");
  slow.reject(error);
  assertStrictEquals(await waiting, error);
  assertStrictEquals(await assertRejects(() => handle.wait()), error, "again");
  assertEquals(daemon.calls, ["Start"]);
});

Deno.test("CommandHandle.wait() of a background run rejects with what a callback throws, and kills", async () => {
  const daemon = new FakeDaemon();
  const error = new Error("theirs");
  daemon.onSignal = () => !!daemon.streams[0]!.end(137);
  const handle = await inBackground(daemon, { onStdout: () => Promise.reject(error) });
  daemon.streams[0]!.stdout("a");
  assertStrictEquals(await assertRejects(() => handle.wait()), error);
  assertEquals(daemon.calls, ["Start", "KillTree"]);
});

Deno.test("CommandHandle.wait() of a background run heeds its signal while a callback is slow", async () => {
  using time = new FakeTime();
  const daemon = new FakeDaemon();
  const slow = Promise.withResolvers<void>();
  const handle = await inBackground(daemon, { onStdout: () => slow.promise });
  daemon.streams[0]!.stdout("a").end();
  const controller = new AbortController();
  const waiting = assertRejects(() => handle.wait({ signal: controller.signal }));
  await settle(time);
  const reason = new Error("enough");
  controller.abort(reason);
  assertStrictEquals(await waiting, reason);
  slow.resolve();
  assertEquals((await handle.wait()).stdout, "a");
});
