/** Watches: what they ask, what they tell, and how they go on. Events and ends are as recorded in tests/wire/. */

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { isSandboxError, KubeStatusError, SandboxError } from "../../../mod.ts";
import { isForbidden } from "../../../src/k8s/mod.ts";
import { bookmark, events, failure, list, openBody, sandbox, scripted, status, take, TestClock } from "./scripted.ts";

/** `ADDED a`, `RESYNCED a,b`. */
function told(event: { type: string; object?: { metadata: { name?: string } }; items?: readonly unknown[] }): string {
  if (event.object) return `${event.type} ${event.object.metadata.name}`;
  return `${event.type} ${(event.items as { metadata: { name: string } }[]).map(({ metadata }) => metadata.name)}`;
}

Deno.test("without a version, what is there comes first, and the watch goes on from the list's version", async () => {
  const { kube, seen } = scripted(({ query }) => {
    if (!query.has("watch")) return list([sandbox("a", "3"), sandbox("b", "1")], "9");
    return events(["MODIFIED", sandbox("a", "10")], ["DELETED", sandbox("b", "11")]);
  });
  const all = await take(kube.sandboxes().watch({ labelSelector: "x=y", fieldSelector: "metadata.name!=z" }), 4);
  assertEquals(all.map(told), ["ADDED a", "ADDED b", "MODIFIED a", "DELETED b"]);
  const { timeoutSeconds, ...query } = Object.fromEntries(seen[1]!.query);
  assertEquals(query, {
    watch: "true",
    allowWatchBookmarks: "true",
    resourceVersion: "9",
    labelSelector: "x=y",
    fieldSelector: "metadata.name!=z",
  });
  assert(Number(timeoutSeconds) >= 180 && Number(timeoutSeconds) <= 240, timeoutSeconds);
  assertEquals(seen[1]!.headers.get("accept-encoding"), "identity");
  assertEquals(seen[1]!.headers.get("user-agent"), "kruise-agents-runtime/js");
});

Deno.test('"0" is a version that nothing can go on from: what is there is listed', async () => {
  const { kube, seen } = scripted(({ query }) =>
    query.has("watch") ? events(["ADDED", sandbox("b", "10")]) : list([], "9")
  );
  assertEquals((await take(kube.sandboxes().watch({ resourceVersion: "0" }), 1)).map(told), ["ADDED b"]);
  assertEquals(seen.map(({ query }) => query.has("watch")), [false, true]);
});

Deno.test("it goes on from the last version, be it an event's, a bookmark's or a deletion's", async () => {
  const answers = [
    events(["ADDED", sandbox("a", "10")]),
    events(bookmark("15")),
    events(["DELETED", sandbox("a", "20")]),
    events(["ADDED", sandbox("b", "21")]),
  ];
  const { kube, seen } = scripted((_, index) => answers[index]!);
  const all = await take(kube.sandboxes().watch({ resourceVersion: "9" }), 3);
  assertEquals(all.map(told), ["ADDED a", "DELETED a", "ADDED b"]);
  assertEquals(seen.map(({ query }) => query.get("resourceVersion")), ["9", "10", "15", "20"]);
});

Deno.test("a 410, as an event or as an answer, lists again and says so", async () => {
  for (
    const expired of [
      () => events(["ERROR", status(410, "Expired")]),
      () => events(["ERROR", status(410, "Gone")]),
      () => failure(410, "Expired"),
    ]
  ) {
    const { kube, seen, clock } = scripted(({ query }) => {
      if (!query.has("watch")) return list([sandbox("b", "30")], "31");
      return query.get("resourceVersion") === "9" ? expired() : events(["ADDED", sandbox("c", "32")]);
    });
    const all = await take(kube.sandboxes().watch({ resourceVersion: "9" }), 2);
    assertEquals(all.map(told), ["RESYNCED b", "ADDED c"]);
    assertEquals(seen.map(({ query }) => query.get("resourceVersion")), ["9", null, "31"]);
    assertEquals(clock.pauses, [], "the first time at once");
  }
});

Deno.test("a 410 after each list is not a reason to hammer", async () => {
  const clock = new TestClock();
  const { kube, seen } = scripted(({ query }) => query.has("watch") ? failure(410, "Expired") : list([], "31"), {
    clock,
  });
  await take(kube.sandboxes().watch(), 8);
  assertEquals(clock.pauses, [800, 1600, 3200, 6400, 12_800, 25_600, 30_000]);
  assertEquals(seen.length, 1 + 2 * 8);
});

Deno.test("a store that was restored is listed anew", async () => {
  const { kube } = scripted(({ query }) => {
    if (!query.has("watch")) return list([sandbox("b", "3")], "4");
    return query.get("resourceVersion") === "5000" ? events(bookmark("4")) : events(["ADDED", sandbox("c", "5")]);
  });
  assertEquals((await take(kube.sandboxes().watch({ resourceVersion: "5000" }), 2)).map(told), [
    "RESYNCED b",
    "ADDED c",
  ]);
});

Deno.test("a version that the server does not know yet is a reason to list anew", async () => {
  const details = { causes: [{ reason: "ResourceVersionTooLarge" }], retryAfterSeconds: 1 };
  const { kube } = scripted(({ query }) => {
    if (!query.has("watch")) return list([sandbox("b", "3")], "4");
    return query.get("resourceVersion") === "5000"
      ? failure(504, "Timeout", { details })
      : events(["ADDED", sandbox("c", "5")]);
  });
  assertEquals((await take(kube.sandboxes().watch({ resourceVersion: "5000" }), 2)).map(told), [
    "RESYNCED b",
    "ADDED c",
  ]);
});

Deno.test("a watch that ends each second is started less and less often, and one that tells something each second", async () => {
  const clock = new TestClock();
  const starts: number[] = [];
  const { kube } = scripted((_, index) => {
    starts.push(clock.now());
    if (index === 10) return events(["ADDED", sandbox("a", "10")]);
    clock.pass(1_000);
    return events();
  }, { clock });
  await take(kube.sandboxes().watch({ resourceVersion: "9" }), 1);
  assertEquals(clock.pauses, [800, 1600, 3200, 5000, 5000, 5000, 5000, 5000, 5000, 5000]);
  assert(starts.at(-1)! > 40_000);
});

Deno.test("a watch that ends at once is started less and less often, down to twice a minute", async () => {
  const { kube, clock } = scripted((_, index) => index < 8 ? events() : events(["ADDED", sandbox("a", "10")]));
  await take(kube.sandboxes().watch({ resourceVersion: "9" }), 1);
  assertEquals(clock.pauses, [800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000]);
});

Deno.test("one that tells something and ends is started once a second", async () => {
  const { kube, clock } = scripted((_, index) => events(["ADDED", sandbox(`s${index}`, `${10 + index}`)]));
  await take(kube.sandboxes().watch({ resourceVersion: "9" }), 5);
  assertEquals(clock.pauses, [1000, 1000, 1000, 1000]);
});

Deno.test("the end of a long watch is no pause at all", async () => {
  const clock = new TestClock();
  const { kube, seen } = scripted((_, index) => {
    clock.pass(200_000);
    return index < 3 ? events(bookmark("9")) : events(["ADDED", sandbox("a", "10")]);
  }, { clock });
  await take(kube.sandboxes().watch({ resourceVersion: "9" }), 1);
  assertEquals([clock.pauses, seen.length], [[], 4]);
});

Deno.test("a server that is away for a while is waited for; nothing is listed again", async () => {
  const { kube, seen, clock } = scripted((_, index) => {
    if (index === 0) return events(["ADDED", sandbox("a", "10")]);
    if (index < 6) throw new TypeError("connection refused");
    if (index === 6) return failure(503, "ServiceUnavailable");
    if (index === 7) return new Response("<html>", { status: 502, headers: { "content-type": "text/html" } });
    if (index === 8) return new Response("later", { status: 429, headers: { "retry-after": "60" } });
    return events(["ADDED", sandbox("b", "11")]);
  });
  assertEquals((await take(kube.sandboxes().watch({ resourceVersion: "9" }), 2)).map(told), ["ADDED a", "ADDED b"]);
  assertEquals(seen.slice(1).map(({ query }) => query.get("resourceVersion")), Array(9).fill("10"));
  assertEquals(clock.pauses, [1000, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 60_000]);
});

Deno.test("a server that never answered is told", async () => {
  const { kube, seen } = scripted(() => {
    throw new TypeError("connection refused");
  });
  const error = await assertRejects(() => take(kube.sandboxes().watch({ resourceVersion: "9" }), 1), SandboxError);
  assert(isSandboxError(error, "network"));
  assertEquals(seen.length, 3);
  await assertRejects(() => take(kube.sandboxes().watch(), 1), SandboxError);
});

Deno.test("missing rights are told at once, also later", async () => {
  const { kube, seen } = scripted((_, index) =>
    index === 0 ? events(["ADDED", sandbox("a", "10")]) : failure(403, "Forbidden")
  );
  const error = await assertRejects(() => take(kube.sandboxes().watch({ resourceVersion: "9" }), 9), KubeStatusError);
  assert(isForbidden(error));
  assertStringIncludes(error.message, 'Cannot watch sandboxes in "mine": ');
  assertEquals(seen.length, 2);
});

Deno.test("an ERROR event that is no matter of time is told, as its Status says; one that is, is waited for", async () => {
  const internal = scripted(() =>
    events(["ERROR", status(500, "InternalError", { message: "etcd event received with …" })])
  );
  const error = await assertRejects(
    () => take(internal.kube.sandboxes().watch({ resourceVersion: "9" }), 1),
    KubeStatusError,
  );
  assertEquals([error.status, error.reason, error.retryable], [500, "InternalError", true]);
  assertStringIncludes(error.message, "etcd event received");
  const busy = scripted((_, index) =>
    index === 0
      ? events(["ERROR", status(429, "TooManyRequests", { details: { retryAfterSeconds: 7 } })])
      : events(["ADDED", sandbox("a", "10")])
  );
  await take(busy.kube.sandboxes().watch({ resourceVersion: "9" }), 1);
  assertEquals(busy.clock.pauses, [7000]);
  const endless = scripted((_, index) =>
    index === 0
      ? events(["ERROR", status(429, "TooManyRequests", { details: { retryAfterSeconds: 1e12 } })])
      : events(["ADDED", sandbox("a", "10")])
  );
  await take(endless.kube.sandboxes().watch({ resourceVersion: "9" }), 1);
  assertEquals(endless.clock.pauses, [300_000]);
  const inside = scripted(() => events(["MODIFIED", status(403, "Forbidden")]));
  await assertRejects(() => take(inside.kube.sandboxes().watch({ resourceVersion: "9" }), 1), KubeStatusError);
});

Deno.test("what is no event is a protocol error", async () => {
  for (
    const [text, words] of [
      ["no json\n", "an event is no JSON"],
      ['{"type":"RENAMED","object":{}}\n', 'an event has the unknown type "RENAMED"'],
      ['{"type":"ADDED","object":{}}\n', "an event has no resourceVersion"],
      ["null\n", "an event has the unknown type undefined"],
    ] as const
  ) {
    const { kube } = scripted(() => new Response(text));
    const error = await assertRejects(() => take(kube.sandboxes().watch({ resourceVersion: "9" }), 1), SandboxError);
    assertEquals([error.code, error.message], ["protocol", `Cannot watch sandboxes in "mine": ${words}`]);
  }
  const page = scripted(() => new Response("<html></html>", { headers: { "content-type": "text/html" } }));
  const error = await assertRejects(() => take(page.kube.sandboxes().watch({ resourceVersion: "9" }), 1), SandboxError);
  assertEquals(error.code, "protocol");
});

Deno.test("an event that is cut off by the end is not told, and comes again", async () => {
  const whole = JSON.stringify({ type: "ADDED", object: sandbox("a", "10") });
  const { kube, seen } = scripted((_, index) => new Response(index === 0 ? whole : `${whole}\n`));
  assertEquals((await take(kube.sandboxes().watch({ resourceVersion: "9" }), 1)).map(told), ["ADDED a"]);
  assertEquals(seen.map(({ query }) => query.get("resourceVersion")), ["9", "9"]);
});

Deno.test("a connection that is lost in the middle is made again", async () => {
  const line = `${JSON.stringify({ type: "ADDED", object: sandbox("a", "10") })}\n`;
  const { kube, seen } = scripted((_, index) => {
    if (index > 0) return events(["ADDED", sandbox("b", "11")]);
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode(line + '{"type":"ADD')),
      pull: (controller) => controller.error(new TypeError("reset")),
    }, { highWaterMark: 0 });
    return new Response(body);
  });
  assertEquals((await take(kube.sandboxes().watch({ resourceVersion: "9" }), 2)).map(told), ["ADDED a", "ADDED b"]);
  assertEquals(seen[1]!.query.get("resourceVersion"), "10");
});

Deno.test("who leaves the loop closes the connection", async () => {
  let closed: Promise<void> | undefined;
  const { kube } = scripted(({ signal }) => {
    const opened = openBody(`${JSON.stringify({ type: "ADDED", object: sandbox("a", "10") })}\n`, signal);
    closed = opened.closed;
    return opened.response;
  });
  await take(kube.sandboxes().watch({ resourceVersion: "9" }), 1);
  await closed;
});

Deno.test("a signal ends it with its reason: before, while it connects, while it waits, and in a pause", async () => {
  const reason = new Error("enough");
  const before = scripted(() => events());
  const aborted = { resourceVersion: "9", signal: AbortSignal.abort(reason) };
  assertEquals(await take(before.kube.sandboxes().watch(aborted), 1).catch((error) => error), reason);
  assertEquals(before.seen.length, 0);

  for (const phase of ["connecting", "waiting", "pausing"] as const) {
    const controller = new AbortController();
    let reached: () => void;
    const there = new Promise<void>((resolve) => reached = resolve);
    const clock = new class extends TestClock {
      override async sleep(_milliseconds: number, signal?: AbortSignal): Promise<void> {
        await new Promise((_, reject) => {
          signal!.addEventListener("abort", () => reject(signal!.reason));
          reached();
        });
      }
    }();
    const { kube, seen } = scripted(({ signal }) => {
      if (phase === "pausing") return events();
      setTimeout(reached);
      return phase === "connecting" ? new Promise<Response>(() => {}) : openBody("", signal).response;
    }, { clock });
    const watching = take(kube.sandboxes().watch({ resourceVersion: "9", signal: controller.signal }), 1);
    await there;
    controller.abort(reason);
    assertEquals(await watching.catch((error) => error), reason, phase);
    assertEquals(seen.length, 1);
  }
});

Deno.test("return ends it while it waits", async () => {
  const { kube, seen } = scripted(({ signal }) => openBody("", signal).response);
  const iterator = kube.sandboxes().watch({ resourceVersion: "9" })[Symbol.asyncIterator]();
  const next = iterator.next();
  while (seen.length === 0) await new Promise((resolve) => setTimeout(resolve));
  await iterator.return!();
  assertEquals(await next, { done: true, value: undefined });
  assertEquals(await iterator.next(), { done: true, value: undefined });
  assert(seen[0]!.signal.aborted);
});

Deno.test("each iteration is a watch of its own", async () => {
  const { kube, seen } = scripted(() => events(["ADDED", sandbox("a", "10")]));
  const watch = kube.sandboxes().watch({ resourceVersion: "9" });
  await take(watch, 1);
  await take(watch, 1);
  assertEquals(seen.map(({ query }) => query.get("resourceVersion")), ["9", "9"]);
});
