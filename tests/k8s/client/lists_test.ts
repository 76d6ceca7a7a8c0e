/** Lists in pages, and what happens when they become too old in the middle. */

import { assertEquals, assertRejects } from "@std/assert";
import { KubeStatusError } from "../../../mod.ts";
import { failure, list, sandbox, scripted, take } from "./scripted.ts";

Deno.test("pages are followed by their token alone, and an empty one is not the last", async () => {
  const { kube, seen } = scripted(({ query }) => {
    switch (query.get("continue")) {
      case "two":
        return list([], "9", "three");
      case "three":
        return list([sandbox("c", "3")], "9", "");
      default:
        return list([sandbox("a", "1"), sandbox("b", "2")], "9", "two");
    }
  });
  const all = await Array.fromAsync(kube.sandboxes().listAll({ labelSelector: "x=y", pageSize: 2 }));
  assertEquals(all.map(({ metadata }) => metadata.name), ["a", "b", "c"]);
  assertEquals(seen.map(({ query }) => query.toString()), [
    "labelSelector=x%3Dy&limit=2",
    "labelSelector=x%3Dy&limit=2&continue=two",
    "labelSelector=x%3Dy&limit=2&continue=three",
  ]);
});

Deno.test("500 objects are asked for at a time", async () => {
  const { kube, seen } = scripted(() => list([], "9"));
  await Array.fromAsync(kube.sandboxes().listAll());
  assertEquals(seen[0]!.query.get("limit"), "500");
});

Deno.test("who leaves the loop asks for no more pages", async () => {
  const { kube, seen } = scripted(() => list([sandbox("a", "1")], "9", "more"));
  await take(kube.sandboxes().listAll(), 1);
  assertEquals(seen.length, 1);
});

Deno.test("an abort in the middle of a page rejects with its reason", async () => {
  const { kube } = scripted(() => list([sandbox("a", "1"), sandbox("b", "2")], "9"));
  const controller = new AbortController();
  const names: string[] = [];
  const reading = (async () => {
    for await (const { metadata } of kube.sandboxes().listAll({ signal: controller.signal })) {
      names.push(metadata.name!);
      controller.abort("enough");
    }
  })();
  assertEquals([await reading.catch((reason) => reason), names], ["enough", ["a"]]);
});

Deno.test("after a 410 in the middle it begins anew, and tells nothing twice, but a namesake that was made later", async () => {
  const { kube, seen } = scripted(({ query }, index) => {
    if (query.get("continue") === "old") return failure(410, "Expired");
    if (index === 0) return list([sandbox("a", "1"), sandbox("b", "2")], "9", "old");
    if (query.get("continue") === "new") return list([sandbox("d", "12")], "13");
    return list([sandbox("a", "10"), sandbox("b", "11", "another"), sandbox("c", "5")], "13", "new");
  });
  const all = await Array.fromAsync(kube.sandboxes().listAll());
  assertEquals(all.map(({ metadata: { name, uid } }) => `${name} ${uid}`), [
    "a uid-a",
    "b uid-b",
    "b another",
    "c uid-c",
    "d uid-d",
  ]);
  assertEquals(seen.map(({ query }) => query.get("continue")), [null, "old", null, "new"]);
});

Deno.test("when pages become too old again, the list is asked for whole", async () => {
  const { kube, seen } = scripted(({ query }) => {
    if (query.has("continue")) return failure(410, "Expired");
    return query.has("limit")
      ? list([sandbox("a", "1")], "9", "more")
      : list([sandbox("a", "1"), sandbox("b", "2")], "9");
  });
  const all = await Array.fromAsync(kube.sandboxes().listAll());
  assertEquals(all.map(({ metadata }) => metadata.name), ["a", "b"]);
  assertEquals(seen.map(({ query }) => [query.get("limit"), query.get("continue")]), [
    ["500", null],
    ["500", "more"],
    ["500", null],
    ["500", "more"],
    [null, null],
  ]);
});

Deno.test("a 410 of the first page is told, and so is one that does not end", async () => {
  const first = scripted(() => failure(410, "Expired"));
  await assertRejects(() => Array.fromAsync(first.kube.sandboxes().listAll()), KubeStatusError);
  assertEquals(first.seen.length, 1);
  const endless = scripted(({ query }) => query.has("continue") ? failure(410, "Expired") : list([], "9", "more"));
  await assertRejects(() => Array.fromAsync(endless.kube.sandboxes().listAll()), KubeStatusError);
  assertEquals(endless.seen.length, 12);
});

Deno.test("objects without a uid are told apart by their names", async () => {
  const plain = (name: string) => ({ metadata: { name, namespace: "mine" } });
  const { kube } = scripted(({ query }, index) => {
    if (query.has("continue")) return failure(410, "Expired");
    return index === 0 ? list([plain("a")], "9", "more") : list([plain("a"), plain("b")], "9");
  });
  const all = await Array.fromAsync(kube.sandboxes().listAll());
  assertEquals(all.map(({ metadata }) => metadata.name), ["a", "b"]);
});
