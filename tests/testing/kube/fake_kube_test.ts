import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { informer, isConflict, isUnauthorized, KubeClient, type Sandbox } from "../../../src/k8s/mod.ts";
import { type FakeKubeOptions, startFakeKube } from "../../../src/testing/mod.ts";
import { makeAuthority } from "../../gateway/certificates.ts";
import { ask, sandbox, SANDBOXES, tokenOf } from "./kube_tools.ts";

Deno.test("kube: options that cannot be are refused", async () => {
  const wrong: readonly (readonly [options: object, type: new (message: string) => Error, message: string])[] = [
    [{ history: 0 }, RangeError, "history"],
    [{ users: [] }, RangeError, "nobody may ask"],
    [{ users: [{ name: "a" }, { name: "a" }] }, RangeError, "same name"],
    [{ users: [{}] }, TypeError, "no name"],
    [{ kinds: [{ group: "a.b", version: "v1", kind: "Thing" }] }, TypeError, '"plural"'],
    [{ objects: [{ apiVersion: "a.b/v1", kind: "Thing", metadata: { name: "a" } }] }, TypeError, 'No kind "Thing"'],
    [{ objects: [sandbox("Not Valid")] }, TypeError, "metadata.name"],
    [{ objects: [sandbox("a", { spec: { paused: "no" } })] }, TypeError, "spec.paused"],
  ];
  for (const [options, type, message] of wrong) {
    await assertRejects(() => startFakeKube(options as FakeKubeOptions), type, message);
  }
  await using kube = await startFakeKube();
  await assertRejects(() => kube.listen({ port: 70_000 }), RangeError, "port");
  assertThrows(() => kube.configOf("nobody"), RangeError, 'no user "nobody"');
});

Deno.test("kube: objects of further kinds are kept as they are", async () => {
  const kind = { group: "example.com", version: "v1", kind: "Thing", plural: "things" };
  const thing = { apiVersion: "example.com/v1", kind: "Thing", metadata: { name: "a" }, any: { thing: [1] } };
  await using kube = await startFakeKube({
    kinds: [kind, { ...kind, kind: "Big", plural: "bigs", namespaced: false }],
  });
  const made = await ask(kube, "POST", "/apis/example.com/v1/namespaces/default/things", thing);
  assertEquals([made.status, made.body.any], [201, { thing: [1] }]);
  const big = { ...thing, kind: "Big" };
  assertEquals((await ask(kube, "POST", "/apis/example.com/v1/bigs", big)).status, 201);
  assertEquals((await ask(kube, "GET", "/apis/example.com/v1/namespaces/default/bigs")).status, 404);
  const { body } = await ask(kube, "GET", "/apis");
  assertEquals(body.groups.map(({ name }: { name: string }) => name), ["agents.kruise.io", "example.com"]);
});

Deno.test("kube: what a test gets and gives is a copy", async () => {
  const given = sandbox("a", { spec: { template: { list: [1] } } });
  await using kube = await startFakeKube({ objects: [given] });
  (given["spec"] as { template: { list: number[] } }).template.list.push(2);
  const got = kube.get(given) as Sandbox;
  assertEquals(got.spec["template"], { list: [1] });
  (got.spec["template"] as { list: number[] }).list.push(3);
  assertEquals((kube.get(given) as Sandbox).spec["template"], { list: [1] });
});

Deno.test("kube: the log of requests is bounded, and knows no token", async () => {
  await using kube = await startFakeKube();
  for (let i = 0; i < 1005; i++) await (await kube.fetch(`https://kube.test/api?n=${i}`)).body?.cancel();
  await ask(kube, "GET", SANDBOXES);
  assertEquals([kube.requests.length, kube.requests[0]?.query["n"]], [1000, "6"]);
  assertEquals(JSON.stringify(kube.requests).includes(tokenOf(kube)), false);
});

Deno.test("kube: the client works with it, in the program and over a connection", async () => {
  await using kube = await startFakeKube({ objects: [sandbox("a")] });
  await using listener = await kube.listen();
  await using inside = await KubeClient.fromConfig(kube.config, { fetch: kube.fetch });
  await using outside = await KubeClient.fromConfig(listener.config);
  for (const client of [inside, outside]) {
    const sandboxes = client.sandboxes();
    const name = client === inside ? "in" : "out";
    const made = await sandboxes.create(sandbox(name, { spec: { paused: true } }) as unknown as Sandbox);
    await sandboxes.patch(name, { spec: { paused: false } });
    const error = await assertRejects(() => sandboxes.update(made));
    assertEquals(isConflict(error), true);
    await using cache = informer(sandboxes);
    await cache.synced;
    const gone = new Promise<string>((resolve) => {
      cache.subscribe((event) => {
        if (event.type === "DELETED") resolve(event.object.metadata.name ?? "");
      });
    });
    await sandboxes.delete(name);
    assertEquals(await gone, name);
  }
  assertEquals(kube.requests.every(({ user }) => user === "admin"), true);
});

Deno.test("kube: what is closed answers nothing", async () => {
  const kube = await startFakeKube();
  const listener = await kube.listen();
  await kube[Symbol.asyncDispose]();
  await assertRejects(() => kube.fetch("https://kube.test/version"), TypeError, "closed");
  await assertRejects(() => fetch(`${listener.url}/version`), TypeError);
  await listener[Symbol.asyncDispose]();
});

Deno.test("kube: over HTTPS, a client trusts it by its kubeconfig, and needs its token", async () => {
  const authority = await makeAuthority("a test");
  const { cert, key } = await authority.issue({ names: ["127.0.0.1"] });
  await using kube = await startFakeKube();
  await using listener = await kube.listen({ tls: { cert, key, ca: authority.cert } });
  await using client = await KubeClient.fromConfig(listener.config);
  assertEquals((await client.sandboxes().list()).items, []);
  assertEquals(kube.requests.at(-1)?.user, "admin");
  const config = { ...listener.config, users: [{ name: "admin", user: { token: "another" } }] };
  await using stranger = await KubeClient.fromConfig(config);
  assertEquals(isUnauthorized(await assertRejects(() => stranger.sandboxes().list())), true);
});
