import { assertEquals, assertFalse, assertRejects, assertStrictEquals } from "@std/assert";
import { Connection } from "../../src/connection/connection.ts";
import { envs, health, metrics } from "../../src/connection/runtime_info.ts";
import { AuthenticationError } from "../../src/errors/authentication_error.ts";
import { SandboxError } from "../../src/errors/sandbox_error.ts";
import { TimeoutError } from "../../src/errors/timeout_error.ts";
import { resolveOptions, type RuntimeClientOptions } from "../../src/options.ts";
import {
  type Answer,
  FakeFetch,
  FORBIDDEN,
  NOT_READY,
  REFUSED,
  RESET,
  text,
  UNAUTHENTICATED,
  UNAVAILABLE,
} from "./fake_fetch.ts";

function connectionTo(fake: FakeFetch, options: RuntimeClientOptions = {}): Connection {
  return new Connection(resolveOptions({ sandboxBaseUrl: "http://sandbox.test", ...options, fetch: fake.fetch }));
}

const to = (...answers: Answer[]) => connectionTo(new FakeFetch(...answers));

Deno.test("health() is true for 204, by one GET", async () => {
  const fake = new FakeFetch(() => new Response(null, { status: 204 }));
  assertEquals(await health(connectionTo(fake), {}), true);
  assertEquals(fake.sent.map(({ url, init }) => [init.method, url]), [["GET", "http://sandbox.test/health"]]);
});

Deno.test("health() is false at once where nothing listens or the gateway has no running sandbox", async () => {
  for (
    const answer of [
      REFUSED,
      NOT_READY,
      UNAVAILABLE,
      text(502, "healthy sandbox not found: default--s"),
      text(502, "sandbox not found: default--s"),
      text(503, "sandbox wake failed"),
    ]
  ) {
    const fake = new FakeFetch(answer);
    assertFalse(await health(connectionTo(fake), {}));
    assertEquals(fake.sent.length, 1, "not now is an answer");
  }
});

Deno.test("health() rejects on everything else", async () => {
  for (
    const [answer, code] of [
      [UNAUTHENTICATED, "unauthenticated"],
      [FORBIDDEN, "forbidden"],
      [RESET, "network"],
      [text(500, "oops"), "internal"],
      [text(504, "upstream request timeout"), "network"],
      [text(200, "welcome to nginx"), "protocol"],
      [new Response(null, { status: 302 }), "protocol"],
    ] as const
  ) {
    assertEquals((await assertRejects(() => health(to(answer), {}), SandboxError)).code, code);
  }
});

Deno.test("health() asks the token function again after a 401", async () => {
  let asked = 0;
  const fake = new FakeFetch(UNAUTHENTICATED, () => new Response(null, { status: 204 }));
  assertEquals(await health(connectionTo(fake, { runtimeToken: () => `t${++asked}` }), {}), true);
  assertEquals(fake.header("x-access-token"), ["t1", "t2"]);
  await assertRejects(() => health(to(UNAUTHENTICATED), {}), AuthenticationError);
});

Deno.test("health() ends with the signal's reason or the limit of the request", async () => {
  const reason = new Error("enough");
  const fake = new FakeFetch(() => new Promise<Response>(() => {}));
  const signal = AbortSignal.abort(reason);
  assertStrictEquals(await assertRejects(() => health(connectionTo(fake), { signal })), reason);
  assertEquals(fake.sent.length, 0);
  await assertRejects(() => health(connectionTo(fake), { requestTimeoutMs: 10 }), TimeoutError, "within 10 ms");
  await assertRejects(() => health(connectionTo(fake, { requestTimeoutMs: 15 }), {}), TimeoutError, "within 15 ms");
  await assertRejects(() => health(connectionTo(fake), { requestTimeoutMs: -1 }), RangeError);
});

const FIGURES = {
  ts: 1_700_000_000,
  cpu_count: 2,
  cpu_used_pct: 12.5,
  mem_total: 4_000,
  mem_used: 1_000,
  mem_total_mib: 1,
  disk_total: 10_000,
  disk_used: 5_000,
};

Deno.test("metrics() reads the daemon's figures", async () => {
  const expected = {
    timestamp: new Date("2023-11-14T22:13:20Z"),
    cpuCount: 2,
    cpuUsedPercent: 12.5,
    memoryTotalBytes: 4_000,
    memoryUsedBytes: 1_000,
  };
  const { disk_total: _total, disk_used: _used, ...older } = FIGURES;
  assertEquals(await metrics(to(Response.json(FIGURES)), {}), {
    ...expected,
    diskTotalBytes: 10_000,
    diskUsedBytes: 5_000,
  });
  const withoutDisk = await metrics(to(Response.json(older)), {});
  assertEquals(withoutDisk, expected);
  assertFalse("diskTotalBytes" in withoutDisk);
});

Deno.test("metrics() and envs() are repeated after a network error", async () => {
  const fake = new FakeFetch(RESET, UNAVAILABLE, Response.json({ A: "1" }));
  assertEquals([await envs(connectionTo(fake), {}), fake.sent.length], [{ A: "1" }, 3]);
  assertEquals((await metrics(to(RESET, Response.json(FIGURES)), {})).cpuCount, 2);
});

Deno.test("envs() gives the variables, whatever they are called", async () => {
  const variables = '{"A":"1","__proto__":"x","EMPTY":""}';
  const answer = new Response(variables, { headers: { "content-type": "application/json; charset=utf-8" } });
  const given = await envs(to(answer), {});
  assertEquals(Object.entries(given), [["A", "1"], ["__proto__", "x"], ["EMPTY", ""]]);
});

Deno.test("metrics() and envs() refuse what is no such answer", async () => {
  const json = (body: string) => new Response(body, { headers: { "content-type": "application/json" } });
  for (const call of [metrics, envs]) {
    for (
      const answer of [json("{"), json("5"), json("null"), json("[1]"), json(""), text(200, "{}"), text(200, "<html>")]
    ) {
      const error = await assertRejects(() => call(to(answer), {}), SandboxError);
      assertEquals([error.code, error.status], ["protocol", 200]);
    }
    const limit = connectionTo(new FakeFetch(json(`{"A":"${"x".repeat(100)}"}`)), { maxFrameBytes: 50 });
    await assertRejects(() => call(limit, {}), SandboxError, "larger than 50 bytes");
  }
  const error = await assertRejects(() => metrics(to(json('{"ts":"now"}')), {}), SandboxError, "the answer has no ts");
  assertEquals(error.code, "protocol");
});
