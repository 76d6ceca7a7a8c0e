import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { IdleLimit, withIdleLimit } from "../../src/connection/idle_limit.ts";
import { TimeoutError } from "../../src/errors/timeout_error.ts";
import { counted } from "./counted_signal.ts";

const context = { what: "read it" };
const never = () => new Promise<never>(() => {});

/** A clock for `performance.now()` that goes with fake time. */
function fakeClock(time: FakeTime): Disposable {
  const real = performance.now;
  performance.now = () => time.now;
  return { [Symbol.dispose]: () => void (performance.now = real) };
}

Deno.test("IdleLimit ends the transfer when no byte moved for too long, not before", async () => {
  using time = new FakeTime();
  using _clock = fakeClock(time);
  const limit = new IdleLimit({ timeoutMs: 100, context });
  time.tick(1_000); // It rests until the first restart.
  limit.restart();
  for (let step = 0; step < 5; step++) {
    time.tick(90);
    limit.restart();
  }
  time.tick(50);
  limit.rest();
  time.tick(10_000);
  limit.restart();
  time.tick(99);
  assertEquals(limit.signal.aborted, false);
  time.tick(1);
  assertEquals((await assertRejects(() => limit.ended, TimeoutError, "no byte moved")).code, "request_timeout");
  assertEquals(time.next(), false);
});

Deno.test("withIdleLimit() rejects with the signal's own reason, and leaves nothing behind", async () => {
  using time = new FakeTime();
  const { controller, signal, listeners } = counted();
  const done = assertRejects(() => withIdleLimit({ signal, timeoutMs: 100, context }, never));
  controller.abort("enough");
  assertEquals([await done, listeners(), time.next()], ["enough", 0, false]);
  assertEquals(assertThrows(() => new IdleLimit({ signal, timeoutMs: 0, context })), "enough");
  assertEquals(await withIdleLimit({ timeoutMs: 100, context }, () => Promise.resolve(5)), 5);
  assertEquals(time.next(), false);
});
