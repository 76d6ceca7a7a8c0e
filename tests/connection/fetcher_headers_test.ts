import { assertEquals, assertFalse, assertRejects } from "@std/assert";
import type { RuntimeClientOptions } from "../../src/options.ts";
import { SandboxError } from "../../src/errors/sandbox_error.ts";
import { CALL, FakeFetch, fetcherOf, OK } from "./fake_fetch.ts";

const GATEWAY = { sandboxId: "default--s", domain: "gateway.test:7788" };

async function headersOf(
  options: RuntimeClientOptions,
  call: Partial<typeof CALL> = {},
): Promise<Record<string, string>> {
  const fake = new FakeFetch(OK);
  await fetcherOf(fake, options).send({ ...CALL, ...call });
  return Object.fromEntries(fake.sent[0]!.headers);
}

Deno.test("Fetcher.send() sends routing, secrets and account, and asks for identity", async () => {
  assertEquals(
    await headersOf(
      { ...GATEWAY, runtimeToken: "rt", trafficToken: "tt", apiKey: "ak" },
      { authorization: "Basic cm9vdDo=", headers: { range: "bytes=0-1" } },
    ),
    {
      "accept-encoding": "identity",
      authorization: "Basic cm9vdDo=",
      "e2b-sandbox-id": "default--s",
      "e2b-sandbox-port": "49983",
      "e2b-traffic-access-token": "tt",
      range: "bytes=0-1",
      "x-access-token": "rt",
      "x-api-key": "ak",
    },
  );
});

Deno.test("Fetcher.send() lets the caller's headers win, whatever their letter case", async () => {
  const own = {
    "X-ACCESS-TOKEN": "mine",
    "x-Api-Key": "my key",
    "AUTHORIZATION": "Bearer me",
    "Accept-Encoding": "gzip",
  };
  const headers = await headersOf(
    { runtimeToken: "rt", apiKey: "ak", headers: own },
    { authorization: "Basic cm9vdDo=" },
  );
  assertEquals(headers, {
    "x-access-token": "mine",
    "x-api-key": "my key",
    authorization: "Bearer me",
    "accept-encoding": "gzip",
  });
});

Deno.test("Fetcher.send() takes the caller's headers in every form", async () => {
  for (const own of [{ "X-A": "1" }, [["X-A", "1"]] as [string, string][], new Headers({ "X-A": "1" })]) {
    assertEquals((await headersOf({ headers: own }))["x-a"], "1");
  }
});

Deno.test("Fetcher.send() lets no header of the caller's change what the call is, or endanger the daemon", async () => {
  const own = { "Content-Type": "text/html", "Connect-Timeout-Ms": "1000", "Keepalive-Ping-Interval": "0" };
  const headers = await headersOf({ headers: own }, {
    headers: { "content-type": "application/proto", "keepalive-ping-interval": "50" },
  });
  assertEquals(headers["content-type"], "application/proto");
  assertEquals(headers["keepalive-ping-interval"], "50");
  assertFalse("connect-timeout-ms" in headers);
});

Deno.test("Fetcher.send() keeps the traffic token from everything but a gateway's domain", async () => {
  for (const sandboxBaseUrl of ["http://a.test", () => "http://a.test"]) {
    let asked = 0;
    const headers = await headersOf({ sandboxBaseUrl, sandboxId: "s", trafficToken: () => `tt${++asked}` });
    assertFalse("e2b-traffic-access-token" in headers);
    assertEquals(asked, 0);
  }
});

Deno.test("Fetcher.send() sends no token where there is none, or an empty one", async () => {
  const headers = await headersOf({ ...GATEWAY, runtimeToken: "", trafficToken: () => "", apiKey: "" });
  assertEquals(Object.keys(headers).sort(), ["accept-encoding", "e2b-sandbox-id", "e2b-sandbox-port"]);
});

const REDIRECTS: Readonly<Record<string, () => Response>> = {
  "a 302": () => new Response(null, { status: 302, headers: { location: "http://evil.test/steal" } }),
  "a 307 within the host": () => new Response("moved", { status: 307, headers: { location: "/elsewhere" } }),
  "an opaque one": () =>
    Object.defineProperties(new Response(null), {
      type: { value: "opaqueredirect" },
      status: { value: 0 },
      ok: { value: false },
    }),
};
for (const [name, redirect] of Object.entries(REDIRECTS)) {
  Deno.test(`Fetcher.send() refuses ${name}, and sends nothing there`, async () => {
    const fake = new FakeFetch(redirect);
    const fetcher = fetcherOf(fake, { runtimeToken: "rt" });
    const error = await assertRejects(
      () => fetcher.send({ ...CALL, repeat: "idempotent" }),
      SandboxError,
      "redirected",
    );
    assertEquals([error.code, error.retryable], ["protocol", false]);
    assertEquals(fake.sent.map(({ url, init }) => [url, init.redirect]), [["http://sandbox.test/files", "manual"]]);
  });
}

Deno.test("Fetcher.send() lets the engine refuse the redirect of a streamed upload", async () => {
  const fake = new FakeFetch(new TypeError("fetch failed", { cause: new Error("unexpected redirect") }));
  const body = new Blob(["x"]).stream();
  const error = await assertRejects(
    () => fetcherOf(fake).send({ ...CALL, method: "POST", body }),
    SandboxError,
    "redirected",
  );
  assertEquals(error.code, "protocol");
  assertEquals([fake.sent[0]!.init.redirect, Reflect.get(fake.sent[0]!.init, "duplex")], ["error", "half"]);
});

Deno.test("Fetcher.send() follows no redirect of a real server, to this host or another", async () => {
  const seen: string[] = [];
  const serve = (name: string, answer: (url: URL) => Response) =>
    Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
      const url = new URL(request.url);
      seen.push(`${name} ${url.pathname}`);
      return answer(url);
    });
  await using other = serve("other", () => new Response("stolen"));
  await using first = serve("first", () => Response.redirect(`http://127.0.0.1:${other.addr.port}/steal`));
  const base = { sandboxBaseUrl: `http://127.0.0.1:${first.addr.port}`, runtimeToken: "rt" };
  const fetcher = fetcherOf({ fetch } as FakeFetch, base);
  for (const body of [undefined, new Blob(["content"]).stream()]) {
    const method = body === undefined ? "GET" : "POST";
    const error = await assertRejects(() => fetcher.send({ ...CALL, method, body }), SandboxError);
    assertEquals(error.code, "protocol");
  }
  assertEquals(seen, ["first /files", "first /files"]);
});

Deno.test("Fetcher.mask() finds a secret in the form in which it is sent: without the spaces around it", () => {
  const fetcher = fetcherOf(new FakeFetch(OK), { runtimeToken: " rt-s3cret ", headers: { "X-Own": " own-s3cret " } });
  assertEquals(fetcher.mask("who is rt-s3cret, own-s3cret?"), "who is ***, ***?");
});
