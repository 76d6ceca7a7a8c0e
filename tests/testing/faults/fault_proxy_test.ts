import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { type FaultPlan, startFaultProxy } from "../../../src/testing/mod.ts";
import { PROXY_CASES } from "./fault_proxy_cases.ts";

for (const { name, run } of PROXY_CASES) Deno.test(`fault proxy: ${name}`, run);

Deno.test("fault proxy: what a plan cannot be", async () => {
  await using proxy = await startFaultProxy("http://127.0.0.1:1");
  const refused: [plan: unknown, words: string][] = [
    [null, "pass an object"],
    [{ cutAfterByte: 1 }, 'there is no "cutAfterByte"'],
    ...["cutAfterBytes", "cutAtFrame", "resetAfterBytes", "cutRequestAfterBytes", "stallMs"].flatMap((name) =>
      [-1, 0.5, NaN, Infinity, "1", true].map((value): [unknown, string] => [{ [name]: value }, `${name} cannot be`])
    ),
    ...["loseResponse", "loseRequest", "closeAfter", "splitWrites"].flatMap((name) =>
      [1, "yes", null].map((value): [unknown, string] => [{ [name]: value }, `${name} cannot be`])
    ),
    [{ stallMs: 2 ** 31 }, "stallMs cannot be"],
    [{ bytesPerSecond: 0 }, "bytesPerSecond cannot be"],
    [{ bytesPerSecond: Infinity }, "bytesPerSecond cannot be"],
    [{ match: /x/ }, "match cannot be"],
    [{ count: "bytes", cutAfterBytes: 1 }, "count cannot be"],
    [{ reply: { status: 199, body: "" } }, "reply cannot be"],
    [{ reply: { status: 200 } }, "reply cannot be"],
    [{ reply: { status: 204, body: "x" } }, "reply cannot be"],
    [{ reply: { status: 200, body: "", contentType: "a\r\nb: c" } }, "reply cannot be"],
    [{ reply: { status: 200, body: "", headers: {} } }, "reply cannot be"],
    [{ cutAfterBytes: 1, resetAfterBytes: 1 }, "both end the connection"],
    [{ loseResponse: true, closeAfter: true }, "both end the connection"],
    [{ cutAtFrame: 0, loseRequest: true }, "both end the connection"],
    [{ loseResponse: true, splitWrites: true }, "do not combine"],
    [{ loseRequest: true, bytesPerSecond: 1 }, "do not combine"],
    [{ cutRequestAfterBytes: 1, stallMs: 1 }, "do not combine"],
    [{ reply: { status: 200, body: "" }, loseResponse: true }, "do not combine"],
    [{ reply: { status: 200, body: "" }, cutAtFrame: 1 }, "do not combine"],
    [{ stallAfterBytes: 1 }, "needs stallMs"],
    [{ count: "wire", cutAtFrame: 1 }, "count needs"],
    [{ stallMs: 1, stallAfterBytes: 5, cutAfterBytes: 4 }, "lies behind the end"],
  ];
  for (const [plan, words] of refused) assertThrows(() => proxy.next(plan as FaultPlan), TypeError, words);
  assertEquals(proxy.pending, 0);
  const taken: FaultPlan[] = [
    {},
    { cutAfterBytes: undefined, loseResponse: false, splitWrites: false },
    { loseResponse: true, stallMs: 5 },
    { loseRequest: true, stallMs: 5, match: "/x" },
    { reply: { status: 503, body: "x" }, stallMs: 1, splitWrites: true, bytesPerSecond: 10, resetAfterBytes: 1 },
    { cutAtFrame: 1, stallMs: 1, stallAfterBytes: 9, splitWrites: true },
    { resetAfterBytes: 4, stallMs: 1, stallAfterBytes: 4, count: "wire" },
    { closeAfter: true, bytesPerSecond: 1.5 },
  ];
  for (const plan of taken) proxy.next(plan);
  assertEquals(proxy.pending, taken.length);
});

Deno.test("fault proxy: a plan is taken as it is when it is handed over", async () => {
  await using proxy = await startFaultProxy("http://127.0.0.1:1");
  const plan = { reply: { status: 500, body: "then" } };
  proxy.next(plan);
  plan.reply.body = "now";
  assertEquals(await (await fetch(proxy.url)).text(), "then");
  assertEquals(proxy.struck, [{ request: "GET /", plan: { reply: { status: 500, body: "then" } } }]);
});

Deno.test("fault proxy: what it cannot stand before", async () => {
  const targets = [
    ...["", "127.0.0.1:80", "https://example.com", "ws://example.com", "http://example.com/?x", undefined],
    ...["http://user:secret@example.com", "http://user@example.com", "http://:secret@example.com"],
  ];
  for (const target of targets) {
    await assertRejects(() => startFaultProxy(target as string), TypeError, "pass an http: URL");
  }
});
