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
