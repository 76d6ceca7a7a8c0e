import { assertEquals } from "@std/assert";
import { type FakeKube, startFakeKube } from "../../../src/testing/mod.ts";
import { HandClock } from "./hand_clock.ts";
import { ask, assertStatus, merge, sandbox, SANDBOXES } from "./kube_tools.ts";

async function pages(kube: FakeKube, path: string, between: (page: number) => unknown = () => {}): Promise<string[][]> {
  const all: string[][] = [];
  let next = "";
  do {
    const { body } = await ask(kube, "GET", `${path}&continue=${next}`);
    all.push(body.items.map(({ metadata }: { metadata: { name: string } }) => metadata.name));
    next = body.metadata.continue ?? "";
    await between(all.length);
  } while (next !== "");
  return all;
}

Deno.test("kube: the pages of a list are of one version, whatever is written between them", async () => {
  const names = ["a", "b", "c", "d", "e"];
  await using kube = await startFakeKube({ objects: names.map((name) => sandbox(name)) });
  const found = await pages(kube, `${SANDBOXES}?limit=2`, (page) => {
    kube.write(sandbox(`b${page}`));
    kube.remove(sandbox(page === 1 ? "d" : "e"));
  });
  assertEquals(found, [["a", "b"], ["c", "d"], ["e"]]);
  assertEquals(await pages(kube, `${SANDBOXES}?limit=4`), [["a", "b", "b1", "b2"], ["b3", "c"]]);
});

Deno.test("kube: pages go over all namespaces", async () => {
  const objects = ["a", "a-b", "b"].map((namespace) => sandbox("x", {}, { namespace }));
  await using kube = await startFakeKube({ objects });
  const all = "/apis/agents.kruise.io/v1alpha1/sandboxes";
  assertEquals(await pages(kube, `${all}?limit=1`), [["x"], ["x"], ["x"]]);
  const { body } = await ask(kube, "GET", "/apis/agents.kruise.io/v1alpha1/namespaces/a/sandboxes");
  assertEquals(body.items.length, 1);
});

Deno.test("kube: a list that the window of changes has left behind goes on with the token of the 410", async () => {
  await using kube = await startFakeKube({ history: 4, objects: ["a", "b", "c"].map((name) => sandbox(name)) });
  const first = await ask(kube, "GET", `${SANDBOXES}?limit=1`);
  for (let i = 0; i < 8; i++) await merge(kube, `${SANDBOXES}/c`, { spec: { paused: i % 2 === 0 } });
  const gone = await ask(kube, "GET", `${SANDBOXES}?limit=1&continue=${first.body.metadata.continue}`);
  assertStatus(gone, 410, "Expired", /^The provided continue parameter is too old/);
  const rest = await ask(kube, "GET", `${SANDBOXES}?limit=5&continue=${gone.body.metadata.continue}`);
  assertEquals(rest.body.items.map(({ metadata }: { metadata: { name: string } }) => metadata.name), ["b", "c"]);
});

Deno.test("kube: an exact version is that version, and an old one is 410", async () => {
  await using kube = await startFakeKube({ objects: [sandbox("a")] });
  const { body: before } = await ask(kube, "GET", SANDBOXES);
  kube.write(sandbox("b"));
  const exact = `${SANDBOXES}?resourceVersion=${before.metadata.resourceVersion}`;
  const names = async (path: string) => (await ask(kube, "GET", path)).body.items.length;
  assertEquals(await names(`${exact}&resourceVersionMatch=Exact`), 1);
  assertEquals(await names(`${exact}&limit=10`), 1);
  assertEquals(await names(`${exact}&resourceVersionMatch=NotOlderThan`), 2);
  kube.compact();
  const gone = await ask(kube, "GET", `${exact}&resourceVersionMatch=Exact`);
  assertStatus(gone, 410, "Expired", /too old/);
});

Deno.test("kube: a version that comes is waited for", async () => {
  const clock = new HandClock();
  await using kube = await startFakeKube({ clock, objects: [sandbox("a")] });
  const { body } = await ask(kube, "GET", SANDBOXES);
  const later = Number(body.metadata.resourceVersion) + 1;
  const waiting = ask(kube, "GET", `${SANDBOXES}?resourceVersion=${later}`);
  kube.write(sandbox("b"));
  assertEquals((await waiting).body.items.length, 2);
  assertEquals(clock.waiting, 0);
});

Deno.test("kube: a stale answer is from before the last changes", async () => {
  await using kube = await startFakeKube({ objects: [sandbox("a")] });
  await merge(kube, `${SANDBOXES}/a`, { spec: { paused: true } });
  kube.next({ stale: 1, times: 2 });
  assertEquals((await ask(kube, "GET", `${SANDBOXES}/a`)).body.spec, {});
  assertEquals((await ask(kube, "GET", SANDBOXES)).body.items[0].spec, {});
  assertEquals((await ask(kube, "GET", `${SANDBOXES}/a`)).body.spec, { paused: true });
});
