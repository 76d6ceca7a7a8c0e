import { assertEquals, assertRejects } from "@std/assert";
import { Shared } from "../../src/connection/shared.ts";

/** Something to ask for, answered by hand, and the signals that it was asked with. */
function asked() {
  const signals: AbortSignal[] = [];
  const answers: PromiseWithResolvers<string>[] = [];
  const shared = new Shared((signal) => {
    signals.push(signal);
    answers.push(Promise.withResolvers());
    return answers.at(-1)!.promise;
  });
  return { shared, signals, answers };
}

Deno.test("Shared.get() asks once for callers at the same time, and remembers the answer", async () => {
  const { shared, signals, answers } = asked();
  const both = Promise.all([shared.get(), shared.get()]);
  answers[0]!.resolve("yes");
  assertEquals([await both, await shared.get()], [["yes", "yes"], "yes"]);
  assertEquals(signals.map(({ aborted }) => aborted), [false]);
});

Deno.test("Shared.get() asks again after a failure, and after forget()", async () => {
  const { shared, answers } = asked();
  const failed = shared.get();
  answers[0]!.reject(new Error("no"));
  await assertRejects(() => failed, Error, "no");
  const second = shared.get();
  answers[1]!.resolve("yes");
  assertEquals(await second, "yes");
  shared.forget();
  const third = shared.get();
  answers[2]!.resolve("again");
  assertEquals(await third, "again");
});

Deno.test("Shared.get() ends what nobody waits for any more, and only that", async () => {
  const { shared, signals, answers } = asked();
  const [first, second] = [new AbortController(), new AbortController()];
  const waits = [shared.get(first.signal), shared.get(second.signal)];
  const settled = Promise.allSettled(waits);
  first.abort();
  await waits[0]!.catch(() => {});
  assertEquals(signals[0]!.aborted, false);
  const third = shared.get();
  assertEquals(signals.length, 2, "who comes now does not wait for what somebody gave up");
  second.abort();
  await settled;
  assertEquals(signals.map(({ aborted }) => aborted), [true, false]);
  answers[1]!.resolve("yes");
  assertEquals(await third, "yes");
});
