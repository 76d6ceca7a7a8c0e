import { assertEquals, assertRejects } from "@std/assert";
import { startFakeKube } from "../../../src/testing/mod.ts";
import { HandClock } from "./hand_clock.ts";
import { ask, sandbox, SANDBOXES, watch } from "./kube_tools.ts";

Deno.test("kube: bookmarks come each minute, and two seconds before the end", async () => {
  const clock = new HandClock();
  await using kube = await startFakeKube({ clock });
  const lines = await watch(kube, "allowWatchBookmarks=true&timeoutSeconds=65");
  // What is written shows when the bookmarks came.
  const steps = [[59_999, "a"], [2, "b"], [2_998, "c"], [2, "d"], [1_998, "e"]] as const;
  for (const [milliseconds, name] of steps) {
    clock.advance(milliseconds);
    kube.write(sandbox(name));
  }
  assertEquals(await lines.names(7), ["ADDED a", "BOOKMARK", "ADDED b", "ADDED c", "BOOKMARK", "ADDED d", "ADDED e"]);
  assertEquals(kube.watches, 1);
  clock.advance(1);
  assertEquals(await lines.next(), undefined);
  assertEquals([kube.watches, clock.waiting], [0, 0]);
});

Deno.test("kube: a watch that does not want bookmarks gets none", async () => {
  const clock = new HandClock();
  await using kube = await startFakeKube({ clock });
  const lines = await watch(kube, "timeoutSeconds=200");
  clock.advance(200_000);
  assertEquals(await lines.next(), undefined);
});

Deno.test("kube: a watch that does not say how long lasts half an hour to an hour", async () => {
  const clock = new HandClock();
  await using kube = await startFakeKube({ clock });
  const lines = await watch(kube, "");
  clock.advance(1_800_000);
  assertEquals(kube.watches, 1);
  clock.advance(1_801_000);
  assertEquals([kube.watches, await lines.next()], [0, undefined]);
});

Deno.test("kube: a watch starts after its version, and hears of what is behind the last compaction", async () => {
  await using kube = await startFakeKube({ objects: [sandbox("a")] });
  const { metadata: { resourceVersion } } = (await ask(kube, "GET", SANDBOXES)).body;
  kube.write(sandbox("b"));
  kube.remove(sandbox("a"));
  const lines = await watch(kube, `resourceVersion=${resourceVersion}`);
  assertEquals(await lines.names(2), ["ADDED b", "DELETED a"]);
  kube.compact();
  kube.write(sandbox("c"));
  assertEquals(await lines.names(1), ["ADDED c"]);
  await lines.cancel();
  assertEquals(kube.watches, 0);
  const late = await watch(kube, `resourceVersion=${resourceVersion}`);
  assertEquals(await late.names(1), ["ERROR Expired"]);
  assertEquals(await late.next(), undefined);
});

Deno.test("kube: who reads too slowly has to start over", async () => {
  await using kube = await startFakeKube({ history: 10 });
  const lines = await watch(kube, "");
  const large = "x".repeat(600_000);
  // Two of them fill what waits for a client; of the rest, most is forgotten.
  for (let i = 0; i < 30; i++) kube.write(sandbox("a", { spec: { template: { large, i } } }));
  const seen: number[] = [];
  for (let event = await lines.next(); event !== undefined; event = await lines.next()) {
    seen.push(event.object.spec.template.i);
  }
  assertEquals(seen, [0, 1]);
  assertEquals(kube.watches, 0);
});

Deno.test("kube: all watches end at once, with an error event where that is wanted", async () => {
  await using kube = await startFakeKube();
  const [one, other] = [await watch(kube, ""), await watch(kube, "")];
  kube.endWatches(410);
  for (const lines of [one, other]) {
    assertEquals(await lines.names(1), ["ERROR Expired"]);
    assertEquals(await lines.next(), undefined);
  }
  const third = await watch(kube, "");
  kube.endWatches();
  assertEquals(await third.next(), undefined);
});

Deno.test("kube: an aborted watch rejects with the signal's reason, and is over", async () => {
  const clock = new HandClock();
  await using kube = await startFakeKube({ clock });
  const controller = new AbortController();
  const lines = await watch(kube, "", controller.signal);
  const reason = new Error("enough");
  const next = lines.next();
  controller.abort(reason);
  assertEquals(await assertRejects(() => next), reason);
  assertEquals([kube.watches, clock.waiting], [0, 0]);
});

Deno.test("kube: a watch of metadata, and one of rows", async () => {
  await using kube = await startFakeKube({ objects: [sandbox("a", { status: { phase: "Running" } })] });
  for (const as of ["PartialObjectMetadata", "Table"]) {
    const response = await kube.fetch(`https://kube.test${SANDBOXES}?watch=true`, {
      headers: {
        authorization: `Bearer ${(kube.config["users"] as { user: { token: string } }[])[0]?.user.token}`,
        accept: `application/json;as=${as};g=meta.k8s.io;v=v1`,
      },
    });
    const reader = response.body!.getReader();
    const { value } = await reader.read();
    const { object } = JSON.parse(new TextDecoder().decode(value));
    assertEquals([object.kind, object.rows?.[0].cells[1]], [as, as === "Table" ? "Running" : undefined]);
    await reader.cancel();
  }
});
