import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { SandboxErrorCode } from "../../mod.ts";
import { CALLS, fake, listed } from "./fake.ts";
import { assertRefused } from "./refused.ts";

/** The gateway's own answers, all of them plain text, and what they are to the caller. */
const REPLIES: readonly (readonly [status: number, body: string, code: SandboxErrorCode, retryable: boolean])[] = [
  [503, "sandbox gateway is not ready", "gateway_not_ready", true],
  [502, "sandbox not found: default--x", "sandbox_not_found", false],
  [502, "healthy sandbox not found: default--x", "sandbox_not_running", false],
  [401, "unauthorized: invalid or missing access token", "unauthenticated", false],
  [403, "forbidden: invalid or missing traffic access token", "forbidden", false],
  [403, "forbidden: traffic access token does not match sandbox", "forbidden", false],
  [503, "service unavailable: traffic access token verifier is not ready", "network", true],
  [400, "invalid sandbox port: 0", "invalid_argument", false],
  [502, "sandbox endpoint is not addressable", "network", true],
  [502, "sandbox front address is invalid", "network", true],
  [503, "sandbox wake failed", "network", true],
  [500, "wake failed", "internal", false],
  [503, "upstream connect error or disconnect/reset before headers. reset reason: connection failure", "network", true],
  [503, "no healthy upstream", "network", true],
  [504, "upstream request timeout", "network", true],
];

const GATEWAY = { sandboxBaseUrl: undefined, sandboxId: "default--x", domain: "gateway.test:7788" };

for (const [status, body, code, retryable] of REPLIES) {
  Deno.test(`bad input: gateway's ${status} "${body.slice(0, 40)}" is ${code}`, async () => {
    const reply = () => new Response(body, { status, headers: { "content-type": "text/plain" } });
    const { sandbox } = fake(reply, GATEWAY);
    for (const [what, call] of Object.entries(CALLS)) {
      const error = await assertRefused(call(sandbox), code, what);
      assertEquals([error.status, error.retryable, error.sandboxId], [status, retryable, "default--x"], what);
      if (code !== "internal" && code !== "invalid_argument") assert(error.hint, `${what} has a hint`);
      assertStringIncludes(error.message, body.slice(0, 15));
    }
  });
}

Deno.test("bad input: health is false for 502 and 503, and rejects on 401 and 403", async () => {
  for (const [status, body, code] of REPLIES) {
    const { sandbox, paths } = fake(() => new Response(body, { status }), { ...GATEWAY, retry: {} });
    if (status === 502 || status === 503) assertEquals(await sandbox.health(), false, body);
    else await assertRefused(sandbox.health(), code, body);
    assertEquals(paths, ["/health"], "once");
  }
});

Deno.test("bad input: a gateway that is not ready is tried again, whatever the call", async () => {
  for (const [what, call] of Object.entries(CALLS)) {
    const { sandbox, paths } = fake(
      () =>
        paths.length < 3
          ? new Response("sandbox gateway is not ready", { status: 503 })
          : new Response("", { status: 404 }),
      { ...GATEWAY, user: "root", retry: { gatewayMs: 10_000, attempts: 0 } },
    );
    await assertRefused(call(sandbox), "unsupported", what);
    assertEquals(paths.length, 3, what);
  }
});

Deno.test("bad input: a gateway that stays not ready is given up", async () => {
  const { sandbox, paths } = fake(() => new Response("sandbox gateway is not ready", { status: 503 }), {
    ...GATEWAY,
    retry: { gatewayMs: 300 },
  });
  await assertRefused(sandbox.commands.run(["true"]), "gateway_not_ready");
  assert(paths.length > 1, `${paths.length} attempts`);
});

Deno.test("bad input: retry false gives a gateway that is not ready up at once", async () => {
  const { sandbox, paths } = fake(() => new Response("sandbox gateway is not ready", { status: 503 }), GATEWAY);
  await assertRefused(sandbox.commands.list(), "gateway_not_ready");
  assertEquals(paths.length, 1);
});

Deno.test("bad input: a paused sandbox is not tried again", async () => {
  const { sandbox, paths } = fake(() => new Response("healthy sandbox not found: default--x", { status: 502 }), {
    ...GATEWAY,
    retry: {},
  });
  const error = await assertRefused(sandbox.commands.run(["true"]), "sandbox_not_running");
  assertStringIncludes(error.hint!, "paused");
  assertEquals(paths.length, 1);
});

Deno.test("bad input: only what is harmless twice is repeated after a network error", async () => {
  const lost = () => new Response("upstream connect error", { status: 503 });
  const repeated: Record<string, number> = {
    "a unary call": 3,
    "a stream": 1,
    "a second subscriber": 1,
    "a call about files": 3,
    "a download": 3,
    "an upload": 1,
    "figures": 3,
  };
  for (const [what, call] of Object.entries(CALLS)) {
    const { sandbox, paths } = fake(lost, { ...GATEWAY, user: "root", retry: {} });
    await assertRefused(call(sandbox), "network", what);
    assertEquals(paths.length, repeated[what], what);
  }
});

Deno.test("bad input: attempts count from 1 for observers", async () => {
  const attempts: number[] = [];
  const { sandbox } = fake(
    () => attempts.length < 3 ? new Response("sandbox gateway is not ready", { status: 503 }) : listed(),
    { ...GATEWAY, retry: {}, onRequest: ({ attempt }) => void attempts.push(attempt) },
  );
  await sandbox.commands.list();
  assertEquals(attempts, [1, 2, 3]);
});
