import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import type { CommandHandle } from "../../src/commands/command_handle.ts";
import type { BackgroundOptions } from "../../src/commands/commands.ts";
import { SandboxError } from "../../src/errors/sandbox_error.ts";
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

for (const capture of [true, false]) {
  Deno.test(`Commands.run() hands over what came in one piece with the start, capture ${capture}`, async () => {
    const daemon = new FakeDaemon();
    daemon.onStream = (stream) => void stream.together(() => stream.start(7).stdout("a").stdout("b")).end();
    const parts: string[] = [];
    await daemon.client().commands.run(["x"], { onStdout: (text) => void parts.push(text), capture });
    assertEquals(parts, ["a", "b"]);
  });
}

Deno.test("Commands.run() delivers what stands in front of an error in one piece, and then the error", async () => {
  const daemon = new FakeDaemon();
  const error = new TextEncoder().encode(JSON.stringify({ error: { code: "internal", message: "disk gone" } }));
  daemon.onStream = (stream) => void stream.together(() => stream.start(7).stdout("a").stdout("b").bytes(2, error));
  const parts: string[] = [];
  const running = daemon.client().commands.run(["x"], { onStdout: (text) => void parts.push(text) });
  await assertRejects(() => running, SandboxError, "disk gone");
  assertEquals(parts, ["a", "b"]);
});

Deno.test("Commands.run() heeds an abort in the middle of a chunk, and one behind ten thousand frames of a chunk", async () => {
  for (const at of [3, 10_000]) {
    const daemon = new FakeDaemon();
    daemon.onStream = (stream) => {
      stream.start(7).together(() => {
        for (let i = 0; i < 10_000; i++) stream.stdout("x");
      });
    };
    daemon.onSignal = () => {
      daemon.streams[0]!.end();
      return true;
    };
    const [reason, controller] = [new Error("enough"), new AbortController()];
    let count = 0;
    const onStdout = (text: string) => {
      count += text.length;
      if (count === at) controller.abort(reason);
    };
    const running = daemon.client().commands.run(["x"], { onStdout, signal: controller.signal });
    assertStrictEquals(await assertRejects(() => running), reason);
    assertEquals(count >= at, true);
  }
});

Deno.test("Commands.run() takes no more than it has room for while a callback is slow, however large the chunks", async () => {
  const daemon = new FakeDaemon();
  const [frame, chunks] = [new Uint8Array(512 * 1024).fill(0x61), 100];
  daemon.onStream = (stream) => {
    stream.start(7);
    for (let i = 0; i < chunks; i++) stream.together(() => stream.stdout(frame).stdout(frame));
    stream.end();
  };
  const slow = Promise.withResolvers<void>();
  let seen = 0;
  const onStdout = (text: string) => {
    seen += text.length;
    return slow.promise;
  };
  const running = daemon.client().commands.run(["x"], { onStdout, capture: false });
  let unread = 0;
  // It reads until its queue is full, and not on.
  for (let same = 0; same < 20; same++) {
    await new Promise((resolve) => setTimeout(resolve, 0));
    const now = daemon.streams[0]?.unread ?? 0;
    if (now !== unread) same = 0;
    unread = now;
  }
  assertEquals(seen, frame.length, "one callback at a time");
  // 8 MiB, a chunk of 1 MiB that was begun, and one more that the stream has ready.
  assertEquals(unread >= chunks - 10, true, `${unread} of ${chunks} chunks are left`);
  slow.resolve();
  await running;
  assertEquals(seen, 2 * chunks * frame.length);
});
