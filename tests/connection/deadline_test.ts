import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { requestTimeout, waitFor, withLimits } from "../../src/connection/deadline.ts";
import { TimeoutError } from "../../src/errors/timeout_error.ts";
import { counted } from "./counted_signal.ts";

const context = { what: "read it", sandboxId: "default--s" };
const never = () => new Promise<never>(() => {});

Deno.test("withLimits() gives what the work gives, and leaves no timer and no listener", async () => {
  using time = new FakeTime();
  const { signal, listeners } = counted();
  assertEquals(await withLimits({ signal, timeoutMs: 50, context }, () => Promise.resolve(5)), 5);
  const error = new Error("its own");
  assertStrictEquals(
    await assertRejects(() => withLimits({ signal, timeoutMs: 50, context }, () => Promise.reject(error))),
    error,
  );
  assertStrictEquals(
    await assertRejects(() =>
      withLimits({ signal, timeoutMs: 50, context }, () => {
        throw error;
      })
    ),
    error,
  );
  assertEquals([listeners(), time.next()], [0, false]);
});

Deno.test("withLimits() rejects when the time is over, though the work does not heed it", async () => {
  using time = new FakeTime();
  let given: AbortSignal | undefined;
  const { signal, listeners } = counted();
  const done = assertRejects(
    () => withLimits({ signal, timeoutMs: 1_000, context }, (own) => (given = own, never())),
    TimeoutError,
    "Cannot read it: no answer within 1000 ms",
  );
  time.tick(1_000);
  const error = await done;
  assertEquals([error.code, error.retryable, error.sandboxId], ["request_timeout", true, "default--s"]);
  assertStrictEquals(given?.reason, error);
  assertEquals(listeners(), 0);
});

for (const reason of [new Error("enough"), "a string", 0, null, undefined]) {
  Deno.test(`withLimits() rejects with the signal's own reason: ${Deno.inspect(reason)}`, async () => {
    const { controller, signal, listeners } = counted();
    const done = withLimits({ signal, timeoutMs: 0, context }, never).then(() => ["resolved"], (thrown) => [thrown]);
    controller.abort(reason);
    assertStrictEquals((await done)[0], signal.reason);
    assertEquals(listeners(), 0);
    let worked = false;
    const again = withLimits({ signal, timeoutMs: 0, context }, () => (worked = true, never()));
    assertStrictEquals((await again.then(() => ["resolved"], (thrown) => [thrown]))[0], signal.reason);
    assertEquals(worked, false, "an aborted signal begins nothing");
  });
}

Deno.test("withLimits() handles work that fails after it was given up", async () => {
  const controller = new AbortController();
  const work = Promise.withResolvers<never>();
  const done = assertRejects(() =>
    withLimits({ signal: controller.signal, timeoutMs: 0, context }, () => work.promise)
  );
  controller.abort();
  await done;
  work.reject(new Error("late")); // Unhandled, it would fail this test.
  await new Promise((resolve) => setTimeout(resolve, 0));
});

Deno.test("waitFor() ends the wait alone", async () => {
  const { controller, signal, listeners } = counted();
  const reason = new Error("enough");
  const work = Promise.withResolvers<number>();
  const waiting = waitFor(work.promise, signal);
  controller.abort(reason);
  assertStrictEquals(await assertRejects(() => waiting), reason);
  work.resolve(5);
  assertEquals([await waitFor(work.promise, undefined), listeners()], [5, 0]);
});

Deno.test("waitFor() handles the failure of what nobody waited for", async () => {
  await assertRejects(() => waitFor(Promise.reject(new Error("late")), AbortSignal.abort("no")) as Promise<never>);
  await new Promise((resolve) => setTimeout(resolve, 0));
});

Deno.test("requestTimeout() says what did not come, and what to do", () => {
  const error = requestTimeout(context, 5, "byte moved");
  assertEquals(error.message, "Cannot read it: no byte moved within 5 ms");
  assert(error.hint?.includes("requestTimeoutMs") && error.hint.includes("browser"));
});
