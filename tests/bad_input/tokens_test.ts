import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { RuntimeClient } from "../../mod.ts";
import { startLocalRuntime } from "../../src/local/mod.ts";
import { CALLS, fake, listed } from "./fake.ts";
import { assertRefused } from "./refused.ts";

const REFUSAL = JSON.stringify({ code: 401, message: "unauthorized access, please provide a valid access token" });

for (const version of ["0.2.10", "0.6.13"] as const) {
  Deno.test(`bad input: a wrong token, and none, ${version}`, async () => {
    await using runtime = await startLocalRuntime({ version, token: "right" });
    for (const runtimeToken of ["wrong-token", undefined]) {
      const sandbox = new RuntimeClient({ sandboxBaseUrl: runtime.url, runtimeToken });
      for (const [what, call] of Object.entries(CALLS)) {
        const error = await assertRefused(call(sandbox), "unauthenticated", what);
        assertEquals([error.status, error.retryable], [401, false]);
        assert(error.hint, "there is a hint");
        assert(!`${error.message} ${error.hint} ${error.stack}`.includes("wrong-token"));
      }
      assertEquals(await sandbox.health(), true);
    }
  });
}

Deno.test("bad input: a token function that throws", async () => {
  const mine = new Error("no vault today");
  for (
    const runtimeToken of [() => Promise.reject(mine), () => {
      throw mine;
    }]
  ) {
    const { sandbox, paths } = fake(() => listed(), { runtimeToken });
    for (const [what, call] of Object.entries(CALLS)) {
      const error = await assertRefused(call(sandbox), "unauthenticated", what);
      assertStrictEquals(error.cause, mine);
      assert(!error.message.includes(mine.message), "what it threw may hold anything");
    }
    assertEquals(paths, []);
  }
});

Deno.test("bad input: a token function that gives nonsense", async () => {
  for (const value of ["a\nb", "é", 5]) {
    const { sandbox, paths } = fake(() => listed(), { runtimeToken: () => value as string });
    const error = await assertRefused(sandbox.commands.list(), "unauthenticated");
    assert(!error.message.includes("a\nb"));
    assertEquals(paths, []);
  }
});

Deno.test("bad input: a token function is asked again after a refusal, once", async () => {
  let asked = 0;
  const { sandbox, requests } = fake(
    (_, request) =>
      request.headers.get("x-access-token") === "token 2" ? listed() : new Response(REFUSAL, { status: 401 }),
    { runtimeToken: () => `token ${++asked}`, retry: {} },
  );
  assertEquals(await sandbox.commands.list(), []);
  assertEquals([asked, requests.length], [2, 2]);
  assertEquals(await sandbox.commands.list(), []);
  assertEquals([asked, requests.length], [2, 3]);
});

Deno.test("bad input: a token that is refused twice is refused", async () => {
  let asked = 0;
  const { sandbox, requests } = fake(() => new Response(REFUSAL, { status: 401 }), {
    runtimeToken: () => `token ${++asked}`,
    retry: {},
  });
  await assertRefused(sandbox.commands.run(["true"]), "unauthenticated");
  assertEquals([asked, requests.length], [2, 2]);
});

Deno.test("bad input: a traffic token is asked for again after a 403", async () => {
  let asked = 0;
  const { sandbox, requests } = fake(
    (_, request) =>
      request.headers.get("e2b-traffic-access-token") === "token 2"
        ? listed()
        : new Response("forbidden: invalid or missing traffic access token", { status: 403 }),
    {
      sandboxBaseUrl: undefined,
      sandboxId: "default--x",
      domain: "gateway.test",
      trafficToken: () => `token ${++asked}`,
      retry: {},
    },
  );
  assertEquals(await sandbox.commands.list(), []);
  assertEquals([asked, requests.length], [2, 2]);
});

Deno.test("bad input: an upload from a stream is not repeated for a token, and says so", async () => {
  let asked = 0;
  const { sandbox, requests } = fake(() => new Response(REFUSAL, { status: 401 }), {
    runtimeToken: () => `token ${++asked}`,
    user: "root",
    retry: {},
    capabilities: { octetStream: false },
  });
  const error = await assertRefused(sandbox.files.write("/x", new Blob(["x"]).stream()), "unauthenticated");
  assertEquals([asked, requests.length, error.retryable], [2, 1, true]);
});

Deno.test("bad input: an account header with a newline is a TypeError that does not show it", () => {
  const error = assertThrows(
    () => new RuntimeClient({ sandboxBaseUrl: "http://sandbox.test", authHeader: "Basic hidden\n" }),
    TypeError,
  );
  assert(!error.message.includes("hidden"));
});
