import { assert, assertEquals, assertFalse, assertLess, assertRejects, assertStrictEquals } from "@std/assert";
import { BoundedQueue } from "../../src/streams/bounded_queue.ts";
import { countingFreed, heapBytes } from "./memory.ts";

/** Whether a promise has settled once everything that is ready has run. */
async function settled(promise: Promise<unknown>): Promise<boolean> {
  let done = false;
  promise.then(() => done = true, () => done = true);
  await new Promise((resolve) => setTimeout(resolve, 0));
  return done;
}

Deno.test("BoundedQueue.next() gives items in order, those pushed before and those it waits for", async () => {
  const queue = new BoundedQueue<string>(10);
  queue.push("a", 1);
  queue.push("b", 1);
  assertEquals([await queue.next(), await queue.next()], ["a", "b"]);
  const waiting = queue.next();
  assertFalse(await settled(waiting));
  queue.push("c", 1);
  assertEquals(await waiting, "c");
});

Deno.test("BoundedQueue.isFull counts bytes, and room() waits until there are fewer than the limit", async () => {
  const queue = new BoundedQueue<string>(10);
  queue.push("a", 9);
  assertFalse(queue.isFull);
  await queue.room();
  queue.push("b", 1);
  assert(queue.isFull);
  // It never refuses: an item may be larger than the limit.
  queue.push("c", 100);
  const room = queue.room();
  await queue.next();
  assertFalse(await settled(room), "101 bytes are left");
  await queue.next();
  assertFalse(await settled(room), "100 bytes are left");
  await queue.next();
  assert(await settled(room));
});

Deno.test("BoundedQueue.room() resolves when the consumer makes room while it is asked for again", async () => {
  const queue = new BoundedQueue<number>(2);
  const taken: number[] = [];
  const producer = (async () => {
    for (let index = 0; index < 1_000; index++) {
      queue.push(index, 1);
      if (queue.isFull) await queue.room();
    }
    queue.close();
  })();
  for (let item = await queue.next(); item !== undefined; item = await queue.next()) taken.push(item);
  await producer;
  assertEquals(taken, Array.from({ length: 1_000 }, (_, index) => index));
});

Deno.test("BoundedQueue.close() lets the consumer have what is queued, then the end, again and again", async () => {
  const queue = new BoundedQueue<string>(1);
  queue.push("a", 5);
  const room = queue.room();
  queue.close();
  assert(await settled(room), "nobody waits for room after the end");
  queue.push("late", 1);
  assertEquals([await queue.next(), await queue.next(), await queue.next()], ["a", undefined, undefined]);
});

Deno.test("BoundedQueue.close() wakes a consumer that waits", async () => {
  const queue = new BoundedQueue<string>(1);
  const waiting = queue.next();
  queue.close();
  assertEquals(await waiting, undefined);
});

Deno.test("BoundedQueue.fail() ends with its error behind what is queued; the first end wins", async () => {
  const error = new Error("lost");
  const queue = new BoundedQueue<string>(1);
  queue.push("a", 1);
  queue.fail(error);
  queue.close();
  queue.fail(new Error("another"));
  assertEquals(await queue.next(), "a");
  assertStrictEquals(await assertRejects(() => queue.next()), error);
  assertStrictEquals(await assertRejects(() => queue.next()), error);
});

Deno.test("BoundedQueue.fail() is an end for undefined too, and wakes a consumer that waits", async () => {
  const queue = new BoundedQueue<string>(1);
  const waiting = queue.next().then(() => "resolved", (reason) => [reason]);
  queue.fail(undefined);
  assertEquals(await waiting, [undefined]);
});

Deno.test("BoundedQueue.cancel() drops what is queued and wakes both sides", async () => {
  const queue = new BoundedQueue<string>(1);
  queue.push("a", 1);
  const room = queue.room();
  queue.cancel();
  assert(await settled(room));
  assertEquals(await queue.next(), undefined);
  queue.push("late", 1);
  queue.fail(new Error("late"));
  assertEquals([queue.isFull, await queue.next()], [false, undefined]);

  const other = new BoundedQueue<string>(1);
  const waiting = other.next();
  other.cancel();
  assertEquals(await waiting, undefined);
});

Deno.test("BoundedQueue.unbound() makes it never full again, and loses nothing", async () => {
  const queue = new BoundedQueue<string>(1);
  queue.push("a", 5);
  const room = queue.room();
  queue.unbound();
  assert(await settled(room));
  queue.push("b", 5);
  assertFalse(queue.isFull);
  assertEquals([await queue.next(), await queue.next()], ["a", "b"]);
});

Deno.test("BoundedQueue.next() lets items go, also when the queue is never empty", async () => {
  const queue = new BoundedQueue<object>(Infinity);
  queue.push({}, 1);
  const freed = await countingFreed(async (watch) => {
    for (let index = 0; index < 100; index++) {
      const item = {};
      watch(item);
      queue.push(item, 1);
      await queue.next();
    }
  });
  assertEquals(freed, 99, "all but the one that is queued");
});

Deno.test("BoundedQueue.next() leaves no trail in a queue that is never empty", async () => {
  const queue = new BoundedQueue<string>(Infinity);
  queue.push("first", 1);
  const before = heapBytes();
  for (let index = 0; index < 500_000; index++) {
    queue.push("one", 1);
    await queue.next();
  }
  assertLess(heapBytes() - before, 2_000_000);
  assertEquals(await queue.next(), "one");
});
