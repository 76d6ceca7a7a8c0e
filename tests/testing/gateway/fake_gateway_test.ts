import { assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { type FakeGatewayOptions, type FakeRouteOptions, startFakeGateway } from "../../../src/testing/mod.ts";
import { GATEWAY_CASES } from "./fake_gateway_cases.ts";

for (const { name, run } of GATEWAY_CASES) Deno.test(`fake gateway: ${name}`, run);

Deno.test("fake gateway: how it cannot be set up", async () => {
  const wrong: (readonly [options: unknown, error: typeof TypeError | typeof RangeError, words: string])[] = [
    [null, TypeError, "pass an object"],
    [{ revision: "newest" }, TypeError, '"newest" as revision'],
    [{ enableAuth: 1 }, TypeError, "1 as enableAuth"],
    [{ enableJwtAuth: "no" }, TypeError, "no as enableJwtAuth"],
    [{ ready: 0 }, TypeError, "0 as ready"],
    [{ onAnswer: true }, TypeError, "onAnswer"],
    [{ enableAuth: false, enableJwtAuth: true }, TypeError, "enableJwtAuth takes enableAuth"],
    [{ revision: "legacy", enableAuth: true }, TypeError, '"legacy" checks no token'],
    [{ revision: "legacy", enableJwtAuth: true }, TypeError, '"legacy" checks no token'],
    [{ revision: "legacy", ready: false }, TypeError, "is always ready"],
    [{ wakeTimeoutMs: 1 }, TypeError, 'wakeTimeoutMs is for revision "later"'],
    [{ wakeTimeoutMs: 1, revision: "legacy" }, TypeError, 'wakeTimeoutMs is for revision "later"'],
    [{ tls: { cert: "", key: "x" } }, TypeError, "tls"],
    [{ tls: true }, TypeError, "tls"],
    ...["idleTimeoutMs", "routeTimeoutMs", "wakeTimeoutMs"].flatMap((name) =>
      [-1, 0.5, NaN, Infinity, "1", 2 ** 31].map((value) => [{ [name]: value }, RangeError, `as ${name}`] as const)
    ),
    [{ port: 65536 }, RangeError, "65536 as port"],
  ];
  for (const [options, error, words] of wrong) {
    await assertRejects(() => startFakeGateway(options as FakeGatewayOptions), error, words);
  }
});

Deno.test("fake gateway: what it cannot route", async () => {
  await using gateway = await startFakeGateway();
  await using later = await startFakeGateway({ revision: "later" });
  await using legacy = await startFakeGateway({ revision: "legacy" });
  const runtime = { url: "http://127.0.0.1:1" };
  const route = (id: unknown, to: unknown, options?: unknown, through = gateway) => () =>
    through.route(id as string, to as typeof runtime, options as FakeRouteOptions);
  const wrong: readonly [call: () => void, words: string][] = [
    [route("", runtime), "sandbox id that is not empty"],
    [route(undefined, runtime), "sandbox id that is not empty"],
    [route("x", undefined), "pass a runtime"],
    [route("x", {}), "pass a runtime"],
    [route("x", { url: "https://127.0.0.1:1" }), "pass a runtime"],
    [route("x", runtime, { state: "asleep" }), '"asleep" is no state'],
    [route("x", runtime, { token: 1 }), "token must be a string"],
    [route("x", runtime, { uid: 1 }), "uid must be a string"],
    [route("x", runtime, { trafficAuth: "true" }), "trafficAuth must be true or false"],
    [route("x", runtime, { state: "paused", wake: () => {} }), 'only a "later" gateway'],
    [route("x", runtime, { wake: true }, later), "wake must be a function"],
    [route("x", runtime, { token: "t" }, legacy), "checks no token"],
    [route("x", runtime, { trafficAuth: true }, legacy), "checks no token"],
    [() => legacy.setReady(true), '"legacy" gateway always is'],
  ];
  for (const [call, words] of wrong) assertThrows(call, TypeError, words);
  await assertRejects(() => gateway.trafficToken("x"), TypeError, "route it, or pass its uid");
  await assertRejects(
    () => gateway.trafficToken("x", { uid: "u", expiresAt: new Date(NaN) }),
    TypeError,
    "expiresAt",
  );
  assertEquals(gateway.unroute("x"), false);
});

Deno.test("fake gateway: its addresses, and a port of one's own choice", async () => {
  const first = await startFakeGateway();
  const port = Number(new URL(first.url).port);
  assertEquals([first.domain, first.url], [`localhost:${port}`, `http://127.0.0.1:${port}`]);
  await assertRejects(() => startFakeGateway({ port }), Error, "EADDRINUSE");
  await first.close();
  await using second = await startFakeGateway({ port });
  assertMatch(second.domain, new RegExp(`^localhost:${port}$`));
});
