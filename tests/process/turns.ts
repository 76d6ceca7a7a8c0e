import { assert } from "@std/assert";
import type { FakeTime } from "@std/testing/time";

/** Lets what is under way arrive, under a clock that stands still. */
export async function settle(time: FakeTime): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await time.tickAsync(0);
}

/** Lets what is under way arrive until something is so, under a clock that stands still. */
export async function until(time: FakeTime, condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 1_000 && !condition(); turn++) await time.tickAsync(0);
  assert(condition());
}
