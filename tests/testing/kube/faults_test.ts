import { assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { type FakeKubeFault, startFakeKube } from "../../../src/testing/mod.ts";
import { HandClock } from "./hand_clock.ts";
import { ask, assertStatus, sandbox, SANDBOXES, tokenOf } from "./kube_tools.ts";

Deno.test("kube: faults come in line, each for the requests that it is for", async () => {
  await using kube = await startFakeKube();
  kube.next({ status: 500, when: ({ verb }) => verb === "create" });
  kube.next({ status: 503, retryAfter: 7, times: 2 });
  const one = await ask(kube, "GET", SANDBOXES);
  assertStatus(one, 503, "ServiceUnavailable", /currently unable/);
  assertEquals(one.headers.get("retry-after"), "7");
  assertStatus(await ask(kube, "POST", SANDBOXES, sandbox("a")), 500, "InternalError", /Internal error/);
  assertEquals((await ask(kube, "GET", SANDBOXES)).status, 503);
  assertEquals((await ask(kube, "GET", SANDBOXES)).body.items, []);
  assertEquals(kube.requests.map(({ verb, status }) => `${verb} ${status}`), [
    "list 503",
    "create 500",
    "list 503",
    "list 200",
  ]);
});

Deno.test("kube: a planned answer says what it is told to", async () => {
  await using kube = await startFakeKube();
  kube.next({ status: 502, body: "<html>Bad Gateway</html>" });
  const proxy = await ask(kube, "GET", SANDBOXES);
  assertEquals([proxy.status, proxy.body], [502, "<html>Bad Gateway</html>"]);
  kube.next({ status: 200, body: { kind: "Status", status: "Failure" } });
  assertEquals((await ask(kube, "GET", SANDBOXES)).body, { kind: "Status", status: "Failure" });
});

Deno.test("kube: a delay takes its time, and an abort does not wait for it", async () => {
  const clock = new HandClock();
  await using kube = await startFakeKube({ clock });
  kube.next({ delayMs: 5000, times: 2 });
  const late = ask(kube, "GET", SANDBOXES);
  while (clock.waiting === 0) await new Promise((resolve) => setTimeout(resolve));
  clock.advance(5000);
  assertEquals((await late).status, 200);

  const controller = new AbortController();
  const reason = new Error("enough");
  const aborted = kube.fetch("https://kube.test/version", { signal: controller.signal });
  while (clock.waiting === 0) await new Promise((resolve) => setTimeout(resolve));
  controller.abort(reason);
  assertEquals(await assertRejects(() => aborted), reason);
  while (clock.waiting > 0) await new Promise((resolve) => setTimeout(resolve));
  const count = kube.requests.length;
  await assertRejects(() => kube.fetch("https://kube.test/version", { signal: controller.signal }));
  assertEquals(kube.requests.length, count);
});

Deno.test("kube: a broken connection breaks where it is planned, over the wire too", async () => {
  await using kube = await startFakeKube();
  await using listener = await kube.listen();
  const headers = { authorization: `Bearer ${tokenOf(kube)}`, "content-type": "application/json" };
  for (const [door, url] of [[kube.fetch, "https://kube.test"], [fetch, listener.url]] as const) {
    kube.next({ cutAfterBytes: 0 });
    await assertRejects(() => door(`${url}/version`, { headers }), TypeError);
    kube.next({ cutAfterBytes: 10 });
    const response = await door(`${url}${SANDBOXES}`, { headers });
    const reader = response.body!.getReader();
    let size = 0;
    const error = await assertRejects(async () => {
      for (;;) size += (await reader.read()).value?.byteLength ?? NaN;
    });
    assertEquals(size, 10);
    assertInstanceOf(error, Error);
    // What was asked is done.
    kube.next({ cutAfterBytes: 0 });
    const body = JSON.stringify(sandbox(door === fetch ? "b" : "a"));
    await assertRejects(() => door(`${url}${SANDBOXES}`, { method: "POST", headers, body }), TypeError);
  }
  assertEquals((await ask(kube, "GET", SANDBOXES)).body.items.length, 2);
});

Deno.test("kube: a fault that cannot be is refused", async () => {
  await using kube = await startFakeKube();
  const wrong: readonly (readonly [fault: object, type: new (message: string) => Error])[] = [
    [{ status: 99 }, RangeError],
    [{ status: "500" }, TypeError],
    [{ delayMs: -1 }, RangeError],
    [{ cutAfterBytes: 1.5 }, RangeError],
    [{ times: 0 }, RangeError],
    [{ stale: NaN }, RangeError],
  ];
  for (const [fault, type] of wrong) assertThrows(() => kube.next(fault as FakeKubeFault), type, "Cannot plan a fault");
});
