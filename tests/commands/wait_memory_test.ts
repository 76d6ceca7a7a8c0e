import { assert, assertEquals, assertRejects } from "@std/assert";
import type { WaitOptions } from "../../src/process/deliver.ts";
import { FakeDaemon } from "../process/fake_daemon.ts";
import { countingFreed } from "../streams/memory.ts";

const WAITS = 10_000;

for (
  const [how, options] of Object.entries<() => WaitOptions>({
    "without callbacks": () => ({}),
    "with a callback": () => ({ onStdout: () => {} }),
  })
) {
  Deno.test(`CommandHandle.wait() ${how} that was given up leaves nothing behind`, async () => {
    const daemon = new FakeDaemon();
    daemon.onStream = (stream) => void stream.start(7);
    const handle = await daemon.client().commands.start(["sleep", "9"]);
    const freed = await countingFreed(async (watch) => {
      for (let i = 0; i < WAITS; i++) {
        const controller = new AbortController();
        const reason = { i };
        watch(controller.signal);
        const waiting = handle.wait({ ...options(), signal: controller.signal }).catch(() => {});
        // By now it waits for the end.
        for (let turn = 0; turn < 5; turn++) await Promise.resolve();
        controller.abort(reason);
        await waiting;
      }
    });
    assert(freed >= WAITS - 10, `${freed} of ${WAITS}`);
    daemon.streams[0]!.end();
    assertEquals((await handle.wait()).exitCode, 0);
  });
}

Deno.test("CommandHandle.wait() that was given up does not end the waiting of others", async () => {
  const daemon = new FakeDaemon();
  daemon.onStream = (stream) => void stream.start(7);
  const handle = await daemon.client().commands.start(["sleep", "9"]);
  const controller = new AbortController();
  const [given, other] = [handle.wait({ signal: controller.signal }), handle.wait()];
  controller.abort();
  await assertRejects(() => given);
  daemon.streams[0]!.end();
  assertEquals((await other).exitCode, 0);
});
