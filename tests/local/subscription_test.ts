import { assertEquals } from "@std/assert";
import { type ProcessEvent, Subscription } from "../../src/local/process/subscription.ts";

const MINUTE_MS = 60_000;

function event(pid: number): ProcessEvent {
  return { event: { case: "start", value: { pid } } };
}

Deno.test("Subscription.push() waits once the queue is full, until the reader takes one", async () => {
  const subscription = new Subscription();
  let pushed = 0;
  let room: Promise<void> | undefined;
  while (!room) room = subscription.push(event(++pushed));
  assertEquals(pushed, 64);
  const reader = subscription.read(MINUTE_MS);
  await reader.next();
  await room;
  assertEquals(subscription.push(event(0)) instanceof Promise, true);
});

Deno.test("Subscription.close() releases the writer and ends a reader that waits", async () => {
  const subscription = new Subscription();
  const waiting = subscription.read(MINUTE_MS).next();
  let room: Promise<void> | undefined;
  while (!room) room = subscription.push(event(1));
  subscription.close();
  await room;
  assertEquals((await waiting).done, true);
  assertEquals(subscription.push(event(2)), undefined);
});

Deno.test("Subscription.read() gives what is in the queue before it ends", async () => {
  const subscription = new Subscription();
  subscription.push(event(1));
  subscription.push(event(2));
  subscription.finish();
  subscription.push(event(3));
  const events = [];
  for await (const one of subscription.read(MINUTE_MS)) events.push(one);
  assertEquals(events, [event(1), event(2)]);
});
