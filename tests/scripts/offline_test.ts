/** What the tests rely on in `@std`: it must hold for the real packages and for their offline stand-ins alike. */

import {
  assertAlmostEquals,
  assertArrayIncludes,
  assertEquals,
  AssertionError,
  assertNotEquals,
  assertObjectMatch,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { assertSpyCalls, spy, stub } from "@std/testing/mock";
import { FakeTime } from "@std/testing/time";

Deno.test("assertEquals() compares by type and content", () => {
  const cyclic: { self?: unknown } = {};
  cyclic.self = cyclic;
  const same: [unknown, unknown][] = [
    [{ a: 1, b: [2] }, { b: [2], a: 1 }],
    [{ a: 1 }, Object.assign(Object.create(null), { a: 1 })],
    [new Map([[{ k: 1 }, new Set([1, 2])]]), new Map([[{ k: 1 }, new Set([2, 1])]])],
    [new Uint8Array([1, 2]), new Uint8Array([0, 1, 2]).subarray(1)],
    [new Date(5), new Date(5)],
    [/a/g, /a/g],
    [NaN, NaN],
    [0, -0],
    [cyclic, cyclic],
  ];
  for (const [a, b] of same) assertEquals(a, b);
  const different: [unknown, unknown][] = [
    [1, "1"],
    [[1], [1, 2]],
    [{ a: undefined }, {}],
    [{ a: 1 }, { a: 2 }],
    [new Set([1]), new Set([2])],
    [new Map([[1, 2]]), new Map([[1, 3]])],
    [new Uint8Array([1]), new Uint8Array([2])],
    [new Uint8Array([1]), new Int8Array([1])],
    [new Date(5), new Date(6)],
    [/a/, /a/i],
    [null, {}],
  ];
  for (const [a, b] of different) {
    assertThrows(() => assertEquals(a, b), AssertionError);
    assertNotEquals(a, b);
  }
});

Deno.test("the looser assertions still refuse what does not fit", () => {
  assertObjectMatch({ a: { b: 1, c: 2 }, d: [1] }, { a: { b: 1 }, d: [1] });
  assertThrows(() => assertObjectMatch({ a: { b: 1 } }, { a: { b: 2 } }), AssertionError);
  assertArrayIncludes([{ a: 1 }, 2], [{ a: 1 }]);
  assertThrows(() => assertArrayIncludes([1], [2]), AssertionError);
  assertAlmostEquals(0.1 + 0.2, 0.3);
  assertThrows(() => assertAlmostEquals(1, 1.1, 0.01), AssertionError);
});

Deno.test("assertThrows() and assertRejects() want an error of that class and text", async () => {
  const error = new RangeError("too far");
  const throws = () => {
    throw error;
  };
  assertEquals(assertThrows(throws, RangeError, "far"), error);
  assertThrows(() => assertThrows(() => {}), AssertionError);
  assertThrows(() => assertThrows(throws, TypeError), AssertionError);
  assertThrows(() => assertThrows(throws, RangeError, "near"), AssertionError);

  const rejects = () => Promise.reject(error);
  assertEquals(await assertRejects(rejects, RangeError, "far"), error);
  await assertRejects(() => assertRejects(() => Promise.resolve()), AssertionError);
  await assertRejects(() => assertRejects(rejects, TypeError), AssertionError);
  await assertRejects(() => assertRejects(rejects, RangeError, "near"), AssertionError);
});

Deno.test("FakeTime moves timers, dates and time-out signals only when told to", async () => {
  const before = Date;
  {
    using time = new FakeTime(1_000);
    const seen: string[] = [];
    setTimeout((name: string) => seen.push(`${name} ${Date.now()}`), 20, "late");
    const interval = setInterval(() => seen.push(`tick ${new Date().getTime()}`), 10);
    clearTimeout(setTimeout(() => seen.push("never"), 5));
    const signal = AbortSignal.timeout(25);
    time.tick(20);
    assertEquals(seen, ["tick 1010", "late 1020", "tick 1020"]);
    assertEquals(signal.aborted, false);
    clearInterval(interval);
    assertEquals(time.next(), true);
    assertEquals([time.now, signal.aborted, signal.reason.name], [1_025, true, "TimeoutError"]);
    assertEquals(time.next(), false);

    let resolved = false;
    Promise.resolve().then(() => resolved = true);
    await time.tickAsync(1);
    assertEquals(resolved, true);
  }
  assertEquals(Date, before);
});

Deno.test("spy() and stub() count calls, and a stub gives the method back", () => {
  const add = spy((a: number, b: number) => a + b);
  assertEquals(add(1, 2), 3);
  assertSpyCalls(add, 1);
  assertEquals(add.calls[0]?.args, [1, 2]);
  assertThrows(() => assertSpyCalls(add, 2), AssertionError);

  const target = { name: () => "real" };
  {
    using fake = stub(target, "name", () => "fake");
    assertEquals(target.name(), "fake");
    assertSpyCalls(fake, 1);
  }
  assertEquals(target.name(), "real");
});
