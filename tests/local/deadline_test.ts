import { ConnectError } from "@connectrpc/connect";
import { assertEquals, assertThrows } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { afterDelay, parseTimeout } from "../../src/local/deadline.ts";

Deno.test("parseTimeout() reads up to ten digits", () => {
  assertEquals(parseTimeout(null), undefined);
  assertEquals(parseTimeout("9999999999"), 9_999_999_999);
  assertEquals(parseTimeout("-1"), -1);
  assertThrows(() => parseTimeout("12345678901"), ConnectError, ">10 digits");
  assertThrows(() => parseTimeout("1.5"), ConnectError, "invalid syntax");
});

Deno.test("afterDelay() waits longer than a timer can", () => {
  using time = new FakeTime();
  const longest = 9_999_999_999;
  let called = 0;
  afterDelay(longest, () => called++);
  time.tick(longest - 1);
  assertEquals(called, 0);
  time.tick(1);
  assertEquals(called, 1);
});

Deno.test("afterDelay() can be cancelled after its first timer", () => {
  using time = new FakeTime();
  let called = 0;
  const cancel = afterDelay(9_999_999_999, () => called++);
  time.tick(5_000_000_000);
  cancel();
  time.tick(9_999_999_999);
  assertEquals(called, 0);
});
