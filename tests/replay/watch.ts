/** How what was recorded of watching is replayed: the stream by itself, the polling form as one whole. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { DisconnectedError, type Filesystem, RuntimeClient, type WatchEvent } from "../../mod.ts";
import { type Exchange, messageOf, type RecordedCase, type RecordedFrame } from "./recording.ts";
import { answer } from "./server.ts";

/** Watches, and reads as many events as were recorded, or up to the error. */
export async function readRecorded(
  files: Filesystem,
  { send, receive }: Exchange,
  options: { user: string | undefined },
): Promise<WatchEvent[]> {
  const { path, recursive } = messageOf(framesOf(send.body)[0]) as { path: string; recursive?: boolean };
  const wanted = receive.aborted ? eventsOf(receive.body, path).length : Infinity;
  const seen: WatchEvent[] = [];
  for await (const event of await files.watchDir(path, { ...options, recursive })) {
    if (seen.push(event) === wanted) break;
  }
  return seen;
}

/** The events that a caller gets of a recorded stream. */
export function expectedEvents({ send, receive }: Exchange): WatchEvent[] {
  return eventsOf(receive.body, messageOf(framesOf(send.body)[0]).path as string);
}

interface RecordedEvent {
  readonly name: string;
  readonly type: string;
}

function eventsOf(body: Exchange["receive"]["body"], root: string): WatchEvent[] {
  const events = framesOf(body).map((frame) => messageOf(frame).filesystem as RecordedEvent | undefined);
  return events.filter((event) => event !== undefined).map((event) => toPublic(event, root));
}

function toPublic({ name, type }: RecordedEvent, root: string): WatchEvent {
  return { type: type.slice("EVENT_TYPE_".length).toLowerCase() as WatchEvent["type"], name, path: `${root}/${name}` };
}

function framesOf(body: Exchange["receive"]["body"]): readonly RecordedFrame[] {
  return (typeof body === "object" ? body?.frames : undefined) ?? [];
}

/** Creates a watcher, asks it, and removes it; asks one that is unknown, and removes one. */
export async function replayWatcher({ steps }: RecordedCase): Promise<void> {
  const exchanges = steps.filter((step) => step.role === undefined) as Exchange[];
  const [create, empty, some, drained, remove, unknown, removeUnknown] = exchanges;
  const { path } = messageOf(create!.send.body as never) as { path: string };
  const { watcherId } = messageOf(create!.receive.body) as { watcherId: string };
  const events = (messageOf(some!.receive.body).events as RecordedEvent[]).map((event) => toPublic(event, path));

  const whole = replayed([create!, empty!, some!, drained!, remove!], watcherId);
  const watch = await whole.files.watchDir(path, { user: "user", polling: true });
  const reader = watch[Symbol.asyncIterator]();
  for (const event of events) assertEquals((await reader.next()).value, event);
  // Pending while it is asked again and answered with nothing.
  const next = reader.next();
  await whole.until(4);
  await watch.stop();
  assertEquals(await next, { done: true, value: undefined });
  assertEquals(whole.left(), 0);

  const lost = replayed([create!, unknown!], watcherId);
  await using forgotten = await lost.files.watchDir(path, { user: "user", polling: true });
  await assertRejects(() => Array.fromAsync(forgotten), DisconnectedError, watcherId);
  assertEquals(lost.left(), 0);

  const removed = replayed([create!, removeUnknown!], watcherId);
  await (await removed.files.watchDir(path, { user: "user", polling: true })).stop();
  assertEquals(removed.left(), 0);
}

interface Replayed {
  readonly files: Filesystem;
  /** How many exchanges were not asked for. */
  left(): number;
  /** Resolves once so many were. */
  until(count: number): Promise<void>;
}

/** A daemon that answers with these exchanges, in this order. */
function replayed(exchanges: readonly Exchange[], id: string): Replayed {
  const answers = exchanges.map((exchange) => answer(exchange, new Map([["id", id]])));
  const waiting: (() => void)[] = [];
  let count = 0;
  const { files } = new RuntimeClient({
    sandboxBaseUrl: "http://recorded",
    retry: false,
    async fetch(input, init) {
      const next = answers[count++];
      assert(next !== undefined, `one request too many: ${input}`);
      const response = await next.fetch(input, init);
      waiting[count]?.();
      return response;
    },
  });
  return {
    files,
    left: () => answers.length - count,
    until: (wanted) => count >= wanted ? Promise.resolve() : new Promise((resolve) => waiting[wanted] = resolve),
  };
}
