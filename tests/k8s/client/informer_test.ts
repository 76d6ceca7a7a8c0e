/** The cache: what it holds, what it tells, and what it survives. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { SandboxError } from "../../../mod.ts";
import { createInformer } from "../../../src/k8s/client/informer.ts";
import type { InformerOptions, KubeClient, ResourceEvent, Sandbox } from "../../../src/k8s/mod.ts";
import { bookmark, events, failure, type Handler, list, openBody, sandbox, scripted, status } from "./scripted.ts";

type Line = readonly [type: string, object: unknown];

/** The text of events. */
function lines(...given: readonly Line[]): string {
  return given.map(([type, object]) => `${JSON.stringify({ type, object })}\n`).join("");
}

/** An informer, and what it tells; `until` waits for a number of changes. */
function start(handler: Handler, options: InformerOptions = {}) {
  const { kube, seen, clock } = scripted(handler);
  return { seen, clock, kube, ...startOn(kube, clock, options) };
}

function startOn(kube: KubeClient, clock: Parameters<typeof createInformer>[2], options: InformerOptions = {}) {
  const told: string[] = [];
  const waiting: { count: number; resolve: () => void }[] = [];
  const informer = createInformer<Sandbox>(kube.sandboxes(), options, clock);
  informer.subscribe((event) => {
    told.push(describe(event));
    for (const { count, resolve } of waiting) if (told.length >= count) resolve();
  });
  const until = (count: number) =>
    new Promise<void>((resolve) => told.length >= count ? resolve() : waiting.push({ count, resolve }));
  return { informer, told, until };
}

function describe(event: ResourceEvent<Sandbox>): string {
  if (event.type === "RESYNCED") return "RESYNCED";
  const { name, resourceVersion } = event.object.metadata;
  return `${event.type} ${name} ${resourceVersion}`;
}

Deno.test("it lists in pages, is synced, and follows from the list's version", async () => {
  const { informer, told, until, seen } = start(({ query, signal }) => {
    if (query.get("continue") === "more") return list([sandbox("b", "2")], "9");
    if (!query.has("watch")) return list([sandbox("a", "1")], "9", "more");
    return openBody(lines(["MODIFIED", sandbox("a", "10")], bookmark("11"), ["DELETED", sandbox("b", "12")]), signal)
      .response;
  }, { labelSelector: "x=y" });
  await informer.synced;
  assertEquals(told.slice(0, 2), ["ADDED a 1", "ADDED b 2"]);
  await until(4);
  assertEquals(told.slice(2), ["MODIFIED a 10", "DELETED b 12"]);
  assertEquals(informer.list().map(({ metadata }) => metadata.name), ["a"]);
  assertEquals(informer.get("a")?.metadata.resourceVersion, "10");
  assertEquals(informer.get("a", "mine")?.metadata.resourceVersion, "10");
  assertEquals([informer.get("a", "theirs"), informer.get("b")], [undefined, undefined]);
  assertEquals(seen.map(({ query }) => [query.get("labelSelector"), query.get("resourceVersion")]), [
    ["x=y", null],
    ["x=y", null],
    ["x=y", "9"],
  ]);
  await informer[Symbol.asyncDispose]();
  assert(seen.at(-1)!.signal.aborted, "the watch is closed");
});

Deno.test("what was missed is told after a 410: what went, what came, what changed, and a namesake as another object", async () => {
  let lists = 0;
  const { informer, told, until } = start(({ query, signal }) => {
    if (query.has("watch")) {
      return query.get("resourceVersion") === "9"
        ? events(["ERROR", status(410, "Expired")])
        : openBody("", signal).response;
    }
    return lists++ === 0
      ? list([sandbox("gone", "1"), sandbox("same", "2"), sandbox("changed", "3"), sandbox("again", "4", "first")], "9")
      : list(
        [sandbox("same", "2"), sandbox("changed", "13"), sandbox("again", "14", "second"), sandbox("new", "15")],
        "19",
      );
  });
  await until(4 + 5);
  assertEquals(told.slice(4), [
    "DELETED gone 1",
    "MODIFIED changed 13",
    "DELETED again 4",
    "ADDED again 14",
    "ADDED new 15",
  ]);
  await informer[Symbol.asyncDispose]();
});

Deno.test("it survives a server that is away, and one that comes back with another store", async () => {
  let lists = 0;
  const errors: unknown[] = [];
  const { informer, told, until } = start(({ query, signal }, index) => {
    if (index > 1 && index < 6) throw new TypeError("connection refused");
    if (!query.has("watch")) {
      return lists++ === 0 ? list([sandbox("a", "5000")], "5000") : list([sandbox("b", "3")], "4");
    }
    if (index === 1) return events(bookmark("5001"));
    return query.get("resourceVersion") === "5001" ? events(bookmark("4")) : openBody("", signal).response;
  }, { onError: (error) => errors.push(error) });
  await until(3);
  assertEquals(told, ["ADDED a 5000", "DELETED a 5000", "ADDED b 3"]);
  assertEquals(errors, []);
  await informer[Symbol.asyncDispose]();
});

Deno.test("a watch that fails for good is told, and everything listed again, ever more slowly", async () => {
  const errors: unknown[] = [];
  let lists = 0;
  const { informer, until, clock } = start(({ query, signal }) => {
    if (!query.has("watch")) return list([sandbox("a", `${++lists}`)], "9");
    return lists < 4 ? failure(403, "Forbidden") : openBody("", signal).response;
  }, { onError: (error) => errors.push(error) });
  await until(4);
  assertEquals(errors.length, 3);
  assertEquals(clock.pauses, [800, 1600, 3200]);
  await informer[Symbol.asyncDispose]();
});

Deno.test("a first list that is refused ends it; one that fails is tried again", async () => {
  const errors: unknown[] = [];
  const refused = start(() => failure(403, "Forbidden"), { onError: (error) => errors.push(error) });
  const error = await refused.informer.synced.catch((error) => error);
  assertEquals([errors, refused.seen.length], [[error], 1]);
  const late = start(({ query, signal }, index) => {
    if (index < 4) throw new TypeError("connection refused");
    return query.has("watch") ? openBody("", signal).response : list([], "9");
  });
  await late.informer.synced;
  await late.informer[Symbol.asyncDispose]();
  await refused.informer[Symbol.asyncDispose]();
});

Deno.test("a listener that throws hinders no other, and what onError throws nobody", async () => {
  const errors: unknown[] = [];
  const { informer, told, until, kube, clock } = start(
    ({ query, signal }) =>
      query.has("watch") ? openBody("", signal).response : list([sandbox("a", "1"), sandbox("b", "2")], "9"),
  );
  const other = createInformer(kube.sandboxes(), {
    onError: (error) => {
      errors.push(error);
      throw new Error("worse");
    },
  }, clock);
  let heard = 0;
  other.subscribe(() => {
    throw new Error("bad listener");
  });
  const listener = () => heard++;
  const end = other.subscribe(listener);
  other.subscribe(listener);
  await other.synced;
  assertEquals([heard, errors.length], [4, 2], "each subscription counts");
  end();
  end();
  await until(2);
  assertEquals(told.length, 2);
  await other[Symbol.asyncDispose]();
  await informer[Symbol.asyncDispose]();
});

Deno.test("its signal and its disposal end it, and who waits is told", async () => {
  const reason = new Error("enough");
  const controller = new AbortController();
  const stuck = start(() => new Promise<Response>(() => {}), { signal: controller.signal });
  controller.abort(reason);
  assertEquals(await stuck.informer.synced.catch((error) => error), reason);
  const disposed = start(() => new Promise<Response>(() => {}));
  await disposed.informer[Symbol.asyncDispose]();
  await assertRejects(() => disposed.informer.synced, SandboxError, "it was ended");
  const never = start(() => list([], "9"), { signal: AbortSignal.abort(reason) });
  assertEquals(await never.informer.synced.catch((error) => error), reason);
  assertEquals(never.seen.length, 0);
});

Deno.test("it ends with its client", async () => {
  const errors: unknown[] = [];
  const { informer, kube, seen } = start(
    ({ query, signal }) => query.has("watch") ? openBody("", signal).response : list([], "9"),
    { onError: (error) => errors.push(error) },
  );
  await informer.synced;
  while (seen.length < 2) await new Promise((resolve) => setTimeout(resolve));
  await kube.close();
  await informer[Symbol.asyncDispose]();
  assertEquals([seen.length, errors], [2, []]);
});

Deno.test("the server's notes on fields are not held", async () => {
  const noted = {
    ...sandbox("a", "1"),
    metadata: { ...sandbox("a", "1").metadata, managedFields: [{ manager: "x" }] },
  };
  const { informer } = start(({ query, signal }) =>
    query.has("watch") ? openBody("", signal).response : list([noted], "9")
  );
  await informer.synced;
  assertEquals(informer.get("a") as unknown, sandbox("a", "1"));
  await informer[Symbol.asyncDispose]();
});

Deno.test("an old deletion does not take away a namesake that was made later", async () => {
  const { informer, told, until } = start(({ query, signal }) => {
    if (!query.has("watch")) return list([sandbox("a", "5", "second")], "9");
    const text = lines(["DELETED", sandbox("a", "10", "first")], ["MODIFIED", sandbox("a", "11", "second")]);
    return openBody(text, signal).response;
  });
  await until(2);
  assertEquals(told, ["ADDED a 5", "MODIFIED a 11"]);
  await informer[Symbol.asyncDispose]();
});

Deno.test("5,000 changes of 200 objects are held as 200 objects, and none is lost", async () => {
  const names = Array.from({ length: 200 }, (_, index) => `s${index}`);
  let version = 1000;
  const text = lines(...Array.from({ length: 5_000 }, (_, index): Line => {
    return ["MODIFIED", sandbox(names[index % 200]!, `${++version}`)];
  }));
  const { informer, told, until } = start(({ query, signal }) =>
    query.has("watch") ? openBody(text, signal).response : list(names.map((name) => sandbox(name, "1")), "1000")
  );
  await until(5_200);
  assertEquals(informer.list().length, 200);
  assertEquals(informer.get("s199")?.metadata.resourceVersion, "6000");
  assertEquals(new Set(told).size, 5_200);
  await informer[Symbol.asyncDispose]();
});
