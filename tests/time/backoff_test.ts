import { assert, assertEquals } from "@std/assert";
import { Backoff } from "../../src/time/backoff.ts";

function pausesOf(backoff: Backoff, count: number): number[] {
  return Array.from({ length: count }, () => backoff.next());
}

Deno.test("pauses double up to the longest, and begin anew once all is well", () => {
  const backoff = new Backoff(100, 1_000, () => 0);
  assertEquals(pausesOf(backoff, 6), [50, 100, 200, 400, 500, 500]);
  assertEquals(backoff.mostMs, 1_000);
  backoff.reset();
  assertEquals([backoff.mostMs, ...pausesOf(backoff, 2)], [100, 50, 100]);
});

Deno.test("a pause is from half of its length to the whole, at random", () => {
  for (const [random, pause] of [[0, 50], [0.25, 62.5], [0.5, 75]] as const) {
    assertEquals(new Backoff(100, 1_000, () => random).next(), pause);
  }
  const pauses = Array.from({ length: 100 }, () => new Backoff(100, 1_000).next());
  assert(pauses.every((pause) => pause >= 50 && pause < 100), pauses.join());
  assert(new Set(pauses).size > 1, pauses.join());
});

Deno.test("one pause can be limited, and those after it are as long as ever", () => {
  const backoff = new Backoff(100, 1_000, () => 0);
  assertEquals([backoff.next(60), backoff.next(60), backoff.next()], [30, 30, 200]);
});
