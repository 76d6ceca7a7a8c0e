import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { TimeoutError } from "../../mod.ts";
import { gatewayReply, type GatewayReplyName } from "../../src/testing/mod.ts";
import { answered, ID, words } from "./tools.ts";

function reply(name: GatewayReplyName): Response {
  const { status, body } = gatewayReply(name, { sandboxId: ID, port: 3000 });
  return words(status, body);
}

Deno.test("Ports.waitFor() goes on while nothing listens, whoever says so", async () => {
  const not = [
    () => reply("upstreamRefused"),
    () => reply("gatewayNotReady"),
    () => reply("upstreamClosed"),
    () => Promise.reject(new TypeError("ECONNREFUSED")),
    () => Promise.reject(new TypeError("reset")),
  ];
  const { sandbox, sent } = answered((_, i) => not[i]?.() ?? new Response("no such page", { status: 404 }));
  await sandbox.ports.waitFor(3000);
  assertEquals(sent.length, not.length + 1);
});

Deno.test("Ports.waitFor() takes no failure for an answer where it waits for a path", async () => {
  const answers = [words(404, "no"), words(500, "no"), words(503, "starting"), new Response()];
  const { sandbox, sent } = answered((_, i) => answers[i]!);
  await sandbox.ports.waitFor(3000, { path: "/health?x" });
  assertEquals([sent.length, sent[0]!.method, sent[0]!.url], [4, "GET", "http://gateway.test:7788/health?x"]);
  const moved = answered(() => new Response(null, { status: 302, headers: { location: "http://other.test/" } }));
  await moved.sandbox.ports.waitFor(3000, { path: "/" });
});

Deno.test("Ports.waitFor() knows a server that speaks something else", async () => {
  const other = () => Promise.reject(new TypeError("HTTPParserError"));
  await answered(other).sandbox.ports.waitFor(3000);
  const { sandbox } = answered(other);
  await assertRejects(() => sandbox.ports.waitFor(3000, { path: "/", timeoutMs: 60 }), TimeoutError, "not valid HTTP");
});

Deno.test("Ports.waitFor() ends at once with what waiting does not mend", async () => {
  for (
    const [name, code] of [
      ["sandboxNotFound", "sandbox_not_found"],
      ["sandboxNotRunning", "sandbox_not_running"],
      ["unauthorized", "unauthenticated"],
      ["forbidden", "forbidden"],
      ["invalidPort", "invalid_argument"],
    ] as const
  ) {
    const { sandbox, sent } = answered(() => reply(name));
    const error = await sandbox.ports.waitFor(3000).catch((error) => error);
    assertEquals([error.code, sent.length], [code, 1], name);
  }
});

Deno.test("Ports.waitFor() waits a minute, asks ever more rarely, and tells what it saw last", async () => {
  using time = new FakeTime();
  const at: number[] = [];
  const started = time.now;
  const { sandbox } = answered(() => {
    at.push(time.now - started);
    return words(503, "starting");
  });
  const waiting = sandbox.ports.waitFor(3000, { path: "/x?key=secret" }).catch((error) => error);
  for (let i = 0; i < 610; i++) await time.tickAsync(100);
  const error = await waiting;
  assertEquals([error.name, error.code, error.sandboxId], ["TimeoutError", "wait_timeout", ID]);
  assertStringIncludes(error.message, "port 3000");
  assertStringIncludes(error.message, "60000 ms; last seen: HTTP 503");
  assertEquals(error.message.includes("secret"), false);
  const pauses = at.slice(1).map((when, i) => when - at[i]!);
  assertEquals([at.length > 50, at.length < 130, pauses.every((pause) => pause <= 1_100)], [true, true, true]);
});

Deno.test("Ports.waitFor() asks anew where a request is never answered", async () => {
  using time = new FakeTime();
  const { sandbox, sent } = answered((request, i) =>
    i === 1 ? new Response() : new Promise((_, reject) => {
      request.signal.addEventListener("abort", () => reject(request.signal.reason), { once: true });
    })
  );
  const waiting = sandbox.ports.waitFor(3000, { timeoutMs: 0 });
  for (let i = 0; i < 110; i++) await time.tickAsync(100);
  await waiting;
  assertEquals(sent.length, 2);
  const silent = sandbox.ports.waitFor(3000, { timeoutMs: 5_000 }).catch((error) => error);
  for (let i = 0; i < 51; i++) await time.tickAsync(100);
  assertStringIncludes((await silent).message, "nothing answered within 5000 ms; last seen: no answer");
});
