import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { RuntimeClient } from "../../mod.ts";
import { CALLS, END, exited, fake, KILLED, printed, started, streaming } from "./fake.ts";
import { assertRefused } from "./refused.ts";
import { closedPort, serveHttp, serveRaw } from "./server.ts";

Deno.test("bad input: a refused connection is tried for a while, then it is a network error", async () => {
  const sandboxBaseUrl = `http://127.0.0.1:${await closedPort()}`;
  for (const [what, call] of Object.entries(CALLS)) {
    let attempts = 0;
    const onRequest = () => void attempts++;
    const sandbox = new RuntimeClient({ sandboxBaseUrl, user: "root", retry: { gatewayMs: 150 }, onRequest });
    const error = await assertRefused(call(sandbox), "network", what);
    assertEquals([error.status, error.retryable], [undefined, true]);
    assert(attempts > 1, `${what}: ${attempts} attempts`);
    assertStringIncludes(error.message, "127.0.0.1");
    assert(error.hint && error.cause, "there is a hint, and what the engine said");
  }
});

Deno.test("bad input: a refused connection is tried for two seconds unless told otherwise", async () => {
  const sandbox = new RuntimeClient({ sandboxBaseUrl: `http://127.0.0.1:${await closedPort()}` });
  const before = performance.now();
  await assertRefused(sandbox.commands.list(), "network");
  const took = performance.now() - before;
  assert(took > 500 && took < 10_000, `${took} ms`);
});

Deno.test("bad input: retry false gives a refused connection up at once; health is false", async () => {
  const sandboxBaseUrl = `http://127.0.0.1:${await closedPort()}`;
  for (const [what, call] of Object.entries(CALLS)) {
    let attempts = 0;
    const sandbox = new RuntimeClient({ sandboxBaseUrl, retry: false, onRequest: () => void attempts++ });
    await assertRefused(call(sandbox), "network", what);
    assertEquals(attempts, 1, what);
  }
  assertEquals(await new RuntimeClient({ sandboxBaseUrl }).health(), false);
});

Deno.test("bad input: a host that does not exist is a network error", async () => {
  const sandbox = new RuntimeClient({ sandboxBaseUrl: "http://no-such-host.invalid", retry: false });
  await assertRefused(sandbox.commands.list(), "network");
});

Deno.test("bad input: a server that accepts and never answers is a request_timeout", async () => {
  await using server = await serveRaw();
  const sandbox = new RuntimeClient({
    sandboxBaseUrl: server.url,
    requestTimeoutMs: 100,
    user: "root",
  });
  for (const [what, call] of Object.entries(CALLS)) {
    const error = await assertRefused(call(sandbox), "request_timeout", what);
    assertEquals([error.retryable, error.status, error.partial], [true, undefined, undefined], what);
    assert(error.hint);
  }
  await assertRefused(sandbox.health(), "request_timeout");
});

Deno.test("bad input: the limit of one call wins over the client's", async () => {
  await using server = await serveRaw();
  const sandbox = new RuntimeClient({ sandboxBaseUrl: server.url });
  await assertRefused(sandbox.commands.list({ requestTimeoutMs: 50 }), "request_timeout");
  await assertRefused(sandbox.files.read("/x", { user: "root", requestTimeoutMs: 50 }), "request_timeout");
  await assertRefused(sandbox.with({ requestTimeoutMs: 50 }).metrics(), "request_timeout");
});

Deno.test("bad input: a command that starts after its time limit is killed", async () => {
  const start = Promise.withResolvers<Uint8Array<ArrayBuffer>>();
  const end = Promise.withResolvers<Uint8Array<ArrayBuffer>>();
  const signalled = Promise.withResolvers<void>();
  const { sandbox } = fake((path) => {
    if (path.endsWith("/Start")) return streaming(start.promise, end.promise, END);
    signalled.resolve();
    end.resolve(KILLED);
    return new Response(new Uint8Array(0), { headers: { "content-type": "application/proto" } });
  }, { requestTimeoutMs: 50 });
  await assertRefused(sandbox.commands.run(["true"]), "request_timeout");
  start.resolve(started());
  await signalled.promise;
});

Deno.test("bad input: a download that stalls is a request_timeout, whoever reads it", async () => {
  await using server = await serveHttp((_, response) => {
    response.writeHead(200, { "content-type": "text/plain", "content-length": "100" });
    response.write("the beginning");
  });
  const { files } = new RuntimeClient({ sandboxBaseUrl: server.url, user: "root", requestTimeoutMs: 150 });
  await assertRefused(files.read("/x"), "request_timeout");
  await assertRefused(files.readText("/x"), "request_timeout");
  await assertRefused(files.readStream("/x").then((stream) => new Response(stream).text()), "request_timeout");
});

Deno.test("bad input: a download that is cut off is no shorter file", async () => {
  await using server = await serveHttp((_, response) => {
    response.writeHead(200, { "content-type": "text/plain", "content-length": "100" });
    response.write("the beginning", () => response.destroy());
  });
  const { files } = new RuntimeClient({ sandboxBaseUrl: server.url, user: "root", retry: false });
  await assertRefused(files.read("/x"), "network");
  await assertRefused(files.readStream("/x").then((stream) => new Response(stream).text()), "network");
});

Deno.test("bad input: a redirect is not followed, and its target never sees the token", async () => {
  const seen: string[] = [];
  await using other = await serveHttp((request, response) => {
    seen.push(`${request.method} ${request.url} ${JSON.stringify(request.headers)}`);
    response.end();
  });
  for (const status of [301, 302, 303, 307, 308]) {
    await using first = await serveHttp((request, response) => {
      request.resume();
      response.writeHead(status, { location: `${other.url}${request.url}` }).end();
    });
    const sandbox = new RuntimeClient({ sandboxBaseUrl: first.url, runtimeToken: "a-secret", user: "root" });
    const calls = {
      ...CALLS,
      "an upload from a stream": ({ files }: RuntimeClient) => files.write("/x", new Blob(["x"]).stream()),
      "health": (sandbox: RuntimeClient) => sandbox.health(),
    };
    for (const [what, call] of Object.entries(calls)) {
      const error = await assertRefused(call(sandbox), "protocol", `${what}, ${status}`);
      assertEquals(error.retryable, false);
      assert(!`${error.message} ${error.stack}`.includes("a-secret"));
    }
  }
  assertEquals(seen, []);
});

Deno.test("bad input: an answer that is HTML is a protocol error", async () => {
  const page = "<!DOCTYPE html><html><body>Welcome to nginx</body></html>";
  for (const status of [200, 404]) {
    const { sandbox } = fake(() => new Response(page, { status, headers: { "content-type": "text/html" } }));
    for (const [what, call] of Object.entries(CALLS)) {
      if (what === "a download" && status === 200) continue; // it may well be the file
      const error = await assertRefused(call(sandbox), "protocol", `${what}, ${status}`);
      assert(!error.message.includes("<"), "no page in a message");
      assert(error.hint);
    }
    await assertRefused(sandbox.health(), "protocol", `health, ${status}`);
  }
});

Deno.test("bad input: an answer that is JSON of somebody else is a protocol error", async () => {
  const { sandbox } = fake(() => Response.json({ hello: "world" }));
  for (const what of ["a unary call", "a stream", "a second subscriber", "a call about files"]) {
    await assertRefused(CALLS[what]!(sandbox), "protocol", what);
  }
  const { sandbox: other } = fake(() => new Response("[1, 2", { headers: { "content-type": "application/json" } }));
  await assertRefused(other.metrics(), "protocol");
  await assertRefused(other.envs(), "protocol");
});

Deno.test("bad input: an upload that the daemon did not find in the body is a protocol error", async () => {
  for (const body of ["[]", "{}", "nonsense", ""]) {
    const { sandbox } = fake(() => new Response(body), { user: "root" });
    await assertRefused(sandbox.files.write("/x", "text"), "protocol", body);
  }
});

Deno.test("bad input: a good answer still is one", async () => {
  const { sandbox } = fake(() => streaming(started(), printed("fine"), exited(), END));
  assertEquals((await sandbox.commands.run(["true"])).stdout, "fine");
});
