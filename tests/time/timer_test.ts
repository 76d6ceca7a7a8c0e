import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { sleep, startTimer } from "../../src/time/timer.ts";
import { counted } from "../connection/counted_signal.ts";

Deno.test("startTimer() calls after its time, and not once cleared", () => {
  using time = new FakeTime();
  const fired: string[] = [];
  startTimer(100, () => fired.push("a"));
  const clear = startTimer(50, () => fired.push("b"));
  clear();
  time.tick(99);
  assertEquals(fired, []);
  time.tick(1);
  clear();
  assertEquals(fired, ["a"]);
});

Deno.test("startTimer() sets none for 0, Infinity and what no engine's timer takes", () => {
  using time = new FakeTime();
  let fired = 0;
  for (const milliseconds of [0, Infinity, 2 ** 31, 2 ** 40]) startTimer(milliseconds, () => fired++)();
  for (const milliseconds of [0, Infinity, 2 ** 31, 2 ** 40]) startTimer(milliseconds, () => fired++);
  assertEquals([time.next(), fired], [false, 0]);
  startTimer(2 ** 31 - 1, () => fired++);
  time.tick(2 ** 31 - 1);
  assertEquals(fired, 1);
});

Deno.test("sleep() ends after its time or with the signal, and leaves nothing behind", async () => {
  using time = new FakeTime();
  const { controller, signal, listeners } = counted();
  const slept = sleep(100, signal);
  time.tick(100);
  await slept;
  const reason = new Error("enough");
  const woken = assertRejects(() => sleep(100, signal));
  controller.abort(reason);
  assertStrictEquals(await woken, reason);
  assertStrictEquals(await assertRejects(() => sleep(100, signal)), reason);
  assertEquals(time.next(), false);
  assert(listeners() <= 1, "an aborted signal has no more use for its listener");
});
