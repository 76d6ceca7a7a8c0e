import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { RuntimeClient } from "../../src/client.ts";
import { SandboxError } from "../../src/errors/sandbox_error.ts";
import { FakeDaemon } from "../process/fake_daemon.ts";

/** What is sent with every call, and so may be echoed. */
const SECRETS = {
  runtimeToken: "runtime-s3cret",
  trafficToken: "traffic-s3cret",
  apiKey: "key-s3cret",
  authHeader: "Bearer auth-s3cret",
};
const ECHO = Object.values(SECRETS).join(", ");
const MASKED = "***, ***, ***, ***";

/** A daemon behind a gateway, as which the traffic token is sent too. */
function client(
  daemon: FakeDaemon,
  options: Partial<typeof SECRETS> | Record<string, () => string> = {},
): RuntimeClient {
  return new RuntimeClient({
    sandboxId: "default--s",
    domain: "gateway.test",
    fetch: daemon.fetch,
    retry: false,
    ...SECRETS,
    ...options,
  });
}

const BODIES: Readonly<Record<string, () => Response>> = {
  "plain text": () => new Response(`who is ${ECHO}?`, { status: 500, headers: { "content-type": "text/plain" } }),
  "JSON of the daemon": () => Response.json({ code: 500, message: `who is ${ECHO}?` }, { status: 500 }),
  "JSON of Connect": () => Response.json({ code: "internal", message: `who is ${ECHO}?` }, { status: 500 }),
  "a refusal": () => Response.json({ code: 401, message: `who is ${ECHO}?` }, { status: 401 }),
};

const CALLS: Readonly<Record<string, (sandbox: RuntimeClient) => Promise<unknown>>> = {
  "a unary call": ({ commands }) => commands.list(),
  "a stream": ({ commands }) => commands.run(["true"]),
  "a download": ({ files }) => files.read("/x"),
  "an upload": ({ files }) => files.write("/x", "text", { user: "root" }),
  "figures": (sandbox) => sandbox.metrics(),
};

for (const [body, answer] of Object.entries(BODIES)) {
  Deno.test(`an error shows no secret that is echoed in ${body}`, async () => {
    for (const [what, call] of Object.entries(CALLS)) {
      const daemon = new FakeDaemon();
      daemon.onCall = answer;
      const error = await call(client(daemon)).catch((error) => error);
      assertInstanceOf(error, SandboxError);
      assertEquals(Deno.inspect(error).includes("s3cret"), false, what);
      assert(error.message.includes(`who is ${MASKED}?`), `${what}: ${error.message}`);
    }
  });
}

Deno.test("an error shows no secret that is echoed in the end frame of a stream", async () => {
  for (const started of [false, true]) {
    const daemon = new FakeDaemon();
    daemon.onStream = (stream) => {
      if (started) stream.start(7);
      const error = { code: "internal", message: `who is ${ECHO}?` };
      stream.bytes(2, new TextEncoder().encode(JSON.stringify({ error })));
    };
    const error = await client(daemon).commands.run(["true"]).catch((error) => error);
    assertInstanceOf(error, SandboxError);
    assertEquals(Deno.inspect(error).includes("s3cret"), false);
    assert(error.message.includes(MASKED), error.message);
  }
});

Deno.test("an error shows no token that a function gave, not the refused one either", async () => {
  let asked = 0;
  const daemon = new FakeDaemon();
  daemon.onCall = (_, init) =>
    Response.json({ code: 401, message: `who is ${new Headers(init?.headers).get("x-access-token")}?` }, {
      status: 401,
    });
  const sandbox = client(daemon, { runtimeToken: () => `made-s3cret-${++asked}` });
  for (let call = 0; call < 2; call++) {
    const error = await sandbox.commands.list().catch((error) => error);
    assertInstanceOf(error, SandboxError);
    assert(error.message.includes("who is ***?"), error.message);
  }
  assertEquals(asked, 2);
});

Deno.test("an error shows no secret of the caller's own headers, no password, no cookie", async () => {
  const own = { "x-own": "own-s3cret", cookie: "a=cookie-s3cret; b=2" };
  const daemon = new FakeDaemon();
  daemon.onCall = () =>
    Response.json({ code: 500, message: "who is own-s3cret, cookie-s3cret, pass-s3cret?" }, { status: 500 });
  const sandbox = new RuntimeClient({
    sandboxBaseUrl: "http://daemon.test",
    fetch: daemon.fetch,
    retry: false,
    headers: own,
    authHeader: `Basic ${btoa("node:pass-s3cret")}`,
  });
  const error = await sandbox.commands.list().catch((error) => error);
  assertEquals(error.message, "Cannot list processes: who is ***, ***, ***?");
});

Deno.test("an error shows no secret that JSON writes otherwise, and no half of one at the end of a long message", async () => {
  const runtimeToken = 'a<"s3cret">&token';
  for (const words of [`who is ${runtimeToken}?`, `${"x".repeat(985)} ${runtimeToken}`]) {
    // As Go writes it.
    const message = JSON.stringify(words).replace(/[<>&]/g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`);
    const daemon = new FakeDaemon();
    daemon.onCall = () =>
      new Response(`{"code":"internal","message":${message}}`, {
        status: 500,
        headers: { "content-type": "application/json" },
      });
    const error = await client(daemon, { runtimeToken }).commands.list().catch((error) => error);
    assertInstanceOf(error, SandboxError);
    assertEquals(/s3cret|a</.test(error.message), false, error.message);
    assert(error.message.includes("***"), error.message);
  }
});

Deno.test("a token that is a word of the daemon's does not change what its words mean", async () => {
  const daemon = new FakeDaemon();
  daemon.onCall = () => Response.json({ code: 400, message: "path '/x' is a directory" }, { status: 400 });
  const error = await client(daemon, { runtimeToken: "directory" }).files.read("/x").catch((error) => error);
  assertInstanceOf(error, SandboxError);
  assertEquals([error.code, error.message], ["is_a_directory", `Cannot read file "/x": path '/x' is a ***`]);
});

Deno.test("a plain word in the caller's own headers is none", async () => {
  const daemon = new FakeDaemon();
  daemon.onCall = () => Response.json({ code: 404, message: "no production here, attempt 1" }, { status: 404 });
  const sandbox = new RuntimeClient({
    sandboxBaseUrl: "http://daemon.test",
    fetch: daemon.fetch,
    retry: false,
    headers: { "x-stage": "production", "x-attempt": "1" },
  });
  const error = await sandbox.files.read("/x", { user: "root" }).catch((error) => error);
  assertEquals(error.message, `Cannot read file "/x": no production here, attempt 1`);
});
