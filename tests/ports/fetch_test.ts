import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  isSandboxError,
  type RequestEvent,
  type ResponseEvent,
  type RuntimeClientOptions,
  SandboxError,
  type SandboxErrorCode,
} from "../../mod.ts";
import { GATEWAY_REPLIES, gatewayReply, type GatewayReplyName } from "../../src/testing/mod.ts";
import { answered, ID, words } from "./tools.ts";

const TOKENS = { runtimeToken: "rt", trafficToken: "tt", apiKey: "key", authHeader: "Basic eDo=" };

Deno.test("Ports.fetch() sends the traffic token to the gateway, and the runtime token only where it may go", async () => {
  const secrets = async (options: object, port: number) => {
    const { sandbox, sent } = answered(() => new Response(), { ...TOKENS, ...options });
    await sandbox.ports.fetch(port, "/");
    const headers = sent[0]!.headers;
    const made = await sandbox.ports.headers(port);
    const of = (given: Headers) =>
      ["x-access-token", "e2b-traffic-access-token", "x-api-key", "authorization"].map((name) => given.get(name));
    assertEquals(of(made), of(headers));
    return of(headers);
  };
  const direct = { sandboxBaseUrl: (port: number) => `http://host.test:${port}`, domain: undefined };
  assertEquals(await secrets({}, 3000), [null, "tt", null, null]);
  assertEquals(await secrets({ portAccessToken: true }, 3000), ["rt", "tt", null, null]);
  assertEquals(await secrets({}, 49983), ["rt", "tt", null, null]);
  assertEquals(await secrets({ runtimePort: 4000 }, 4000), ["rt", "tt", null, null]);
  assertEquals(await secrets(direct, 3000), [null, null, null, null]);
  assertEquals(await secrets({ ...direct, portAccessToken: true }, 3000), ["rt", null, null, null]);
  assertEquals(await secrets({ headers: { "x-access-token": "own", "x-own": "1" } }, 3000), [null, "tt", null, null]);
});

Deno.test("Ports.fetch() asks no function for a token that it does not send", async () => {
  let asked = 0;
  const { sandbox } = answered(() => new Response(), { runtimeToken: () => `rt${++asked}` });
  await sandbox.ports.fetch(3000, "/");
  assertEquals(asked, 0);
  await sandbox.ports.fetch(49983, "/");
  assertEquals(asked, 1);
});

Deno.test("Ports.fetch() lets the caller's headers win, but for those that route", async () => {
  const headers = { "e2b-sandbox-id": "other", "E2B-Sandbox-Port": "22", "x-view": "caller", "X-Access-Token": "own" };
  for (
    const [routing, id, port] of [["header", ID, "3000"], ["path", null, null], ["host", null, null]] as const
  ) {
    const { sandbox, sent } = answered(() => new Response(), { routing, headers: { "x-view": "client" } });
    await sandbox.ports.fetch(3000, "/x", { headers });
    const [request] = sent;
    assertEquals([request!.headers.get("e2b-sandbox-id"), request!.headers.get("e2b-sandbox-port")], [id, port]);
    assertEquals([request!.headers.get("x-view"), request!.headers.get("x-access-token")], ["caller", "own"]);
  }
});

Deno.test("Ports.fetch() reaches a path that begins as the gateway's own do, and no other sandbox", async () => {
  for (
    const [routing, origin] of [["header", "gateway.test:7788"], ["host", `3000-${ID}.gateway.test:7788`]] as const
  ) {
    const { sandbox, sent } = answered(() => new Response(), { routing });
    await sandbox.ports.fetch(3000, "/kruise/default--other/22/x");
    assertEquals(sent[0]!.url, `http://${origin}/kruise/${ID}/3000/kruise/default--other/22/x`);
    assertEquals(sent[0]!.headers.has("e2b-sandbox-id"), false);
    await assertRejects(
      () => sandbox.ports.fetch(3000, `http://gateway.test:7788/kruise/default--other/3000/x`),
      TypeError,
    );
  }
});

Deno.test("Ports.fetch() reaches a path that Bun, or a proxy on the way, would make one of the gateway's own", async () => {
  const found = (location: string) => new Response(null, { status: 302, headers: { location } });
  for (const path of ["//kruise/default--other/22/x", "//x", "/%6bruise/default--other/22/x", "/%2Fkruise/x"]) {
    for (const routing of ["header", "host"] as const) {
      const answer = (_: Request, i: number) => i === 0 ? found(`http://localhost:3000${path}`) : new Response();
      const { sandbox, sent } = answered(answer, { routing });
      await sandbox.ports.fetch(3000, "/");
      assertEquals(new URL(sent[1]!.url).pathname, `/kruise/${ID}/3000${path}`);
      const other = "http://gateway.test:7788//kruise/default--other/3000/x";
      await assertRejects(() => sandbox.ports.fetch(3000, other), TypeError);
    }
  }
});

const REFUSALS: Readonly<Record<GatewayReplyName, SandboxErrorCode>> = {
  gatewayNotReady: "gateway_not_ready",
  sandboxNotFound: "sandbox_not_found",
  sandboxNotRunning: "sandbox_not_running",
  unauthorized: "unauthenticated",
  forbidden: "forbidden",
  wrongSandbox: "forbidden",
  verifierNotReady: "network",
  invalidPort: "invalid_argument",
  endpointInvalid: "network",
  frontAddressInvalid: "network",
  wakeFailed: "network",
  wakePanic: "internal",
  noHealthyUpstream: "network",
  upstreamRefused: "network",
  upstreamClosed: "network",
  upstreamTimeout: "network",
};

Deno.test("Ports.fetch() makes errors of all that the gateway says by itself", async () => {
  assertEquals(Object.keys(REFUSALS).sort(), Object.keys(GATEWAY_REPLIES).sort());
  for (const [name, code] of Object.entries(REFUSALS)) {
    const { status, body } = gatewayReply(name as GatewayReplyName, { sandboxId: ID, port: 3000 });
    const { sandbox } = answered(() => words(status, body));
    const error = await sandbox.ports.fetch(3000, "/").catch((error) => error);
    assert(isSandboxError(error), name);
    assertEquals([error.code, error.status, error.sandboxId], [code, status, ID], name);
  }
  for (
    const [status, body, code] of [
      [502, `API Error: healthy sandbox ${ID} not found`, "sandbox_not_running"],
      [400, "API Error: invalid sandbox port", "invalid_argument"],
      [500, "API Error: failed to map request to sandbox, URL=http://x/", "internal"],
    ] as const
  ) {
    const { sandbox } = answered(() => words(status, body));
    await assertRejects(() => sandbox.ports.fetch(3000, "/"), Error, body.slice(0, 20), code);
  }
});

Deno.test("Ports.fetch() gives what only looks like the gateway's words", async () => {
  const answers = [
    words(502, "sandbox not found: default--another"),
    words(502, "healthy sandbox not found: default--another"),
    words(502, `sandbox not found: ${ID}`, "text/html"),
    words(502, `{"error":"sandbox not found: ${ID}"}`, "application/json"),
    words(404, `sandbox not found: ${ID}`),
    words(401, "unauthorized"),
    words(401, "Unauthorized: invalid or missing access token!"),
    words(403, "forbidden: not yours"),
    words(503, "the sandbox gateway is not ready"),
    words(503, "Service Unavailable"),
    words(504, "upstream request timeout, says my own proxy"),
    words(500, "it is said that wake failed"),
    words(503, ""),
    new Response("sandbox gateway is not ready", { status: 503 }), // of unknown length
    words(503, `upstream connect error or disconnect/reset before headers. ${"x".repeat(2_000)}`),
  ];
  for (const [i, answer] of answers.entries()) {
    const text = await answer.clone().text();
    const { sandbox, sent } = answered(() => answer, { retry: {} });
    const response = await sandbox.ports.fetch(3000, "/");
    assertEquals([response.status, await response.text(), sent.length], [answer.status, text, 1], `answer ${i}`);
  }
});

Deno.test("Ports.fetch() asks again only where the gateway is not ready", async () => {
  const notReady = () => words(503, "sandbox gateway is not ready");
  const flow = answered((_, i) => i < 2 ? notReady() : new Response("ready"), { retry: {} });
  const response = await flow.sandbox.ports.fetch(3000, "/", { method: "POST", body: "x" });
  assertEquals([await response.text(), flow.sent.length], ["ready", 3]);
  assertEquals(await flow.sent[2]!.text(), "x");

  const refused = answered(() => Promise.reject(new TypeError("ECONNREFUSED")), { retry: {} });
  const error = await refused.sandbox.ports.fetch(3000, "/").catch((error) => error);
  assertEquals([error.code, refused.sent.length], ["network", 1]);
  const stream = answered(notReady, { retry: {} });
  const body = new Blob(["x"]).stream();
  await assertRejects(() => stream.sandbox.ports.fetch(3000, "/", { method: "POST", body }), Error, "not ready");
  assertEquals(stream.sent.length, 1);
});

Deno.test("Ports.fetch() says what a gateway with a token gate wants", async () => {
  const { sandbox, sent } = answered(() => words(401, "unauthorized: invalid or missing access token"), {
    runtimeToken: () => "rt",
    retry: {},
  });
  const error = await sandbox.ports.fetch(3000, "/").catch((error) => error);
  assertEquals([error.code, sent.length], ["unauthenticated", 1]);
  assertStringIncludes(error.hint, "portAccessToken");
});

Deno.test("Ports.fetch() tells observers of each request, but not its query", async () => {
  const events: RequestEvent[] = [];
  const onRequest = (event: RequestEvent) => void events.push(event);
  const { sandbox } = answered(() => new Response(), { onRequest });
  await sandbox.ports.fetch(3000, "/files?signature=v1_secret", { method: "put" });
  assertEquals(events, [{
    operation: "ports.fetch",
    method: "put",
    url: "http://gateway.test:7788/files",
    attempt: 1,
  }]);
});

Deno.test("Ports.fetch() says what a refused connection means: no server where no gateway is in front", async () => {
  const hintOf = async (options: RuntimeClientOptions, port: number) => {
    const { sandbox } = answered(() => Promise.reject(new TypeError("ECONNREFUSED")), options);
    return (await assertRejects(() => sandbox.ports.fetch(port, "/"), SandboxError)).hint ?? "";
  };
  const sandboxBaseUrl = (port: number) => `http://host.test:${port}`;
  assertStringIncludes(await hintOf({ domain: undefined, sandboxBaseUrl }, 3000), "Nothing may listen on that port");
  assertStringIncludes(await hintOf({ domain: undefined, sandboxBaseUrl }, 49983), "sandboxBaseUrl");
  assertStringIncludes(await hintOf({}, 3000), "check domain");
});

Deno.test("Ports.fetch() and waitFor() show nothing of a query where the connection fails", async () => {
  const path = "/files?signature=v1_secret&t=secret'x";
  const events: ResponseEvent[] = [];
  const { sandbox, sent } = answered(({ url }) => {
    // As Bun and Deno tell it.
    const cause = Object.assign(new Error(`error sending request for url (${url}): refused`), { path: url });
    throw Object.assign(new TypeError(`Malformed_HTTP_Response fetching "${url}"`, { cause }), {
      path: url,
      code: "E",
    });
  }, { onResponse: (event) => void events.push(event) });
  for (
    const call of [() => sandbox.ports.fetch(3000, path), () => sandbox.ports.waitFor(3000, { path, timeoutMs: 1 })]
  ) {
    const error = await assertRejects(call, SandboxError);
    assert(!Deno.inspect([error, events], { depth: 9 }).includes("secret"));
    if (error.code === "wait_timeout") continue;
    const { name, code, message, cause } = error.cause as Error & { code: string };
    assertEquals([error.code, name, code], ["protocol", "TypeError", "E"]);
    assertStringIncludes(message, "Malformed_HTTP_Response");
    assertStringIncludes((cause as Error).message, sent[0]!.url.split("?")[0]!);
  }
});

Deno.test("Ports.fetch() follows to the host that the request named, by its path form too, and takes no token elsewhere", async () => {
  for (const routing of ["header", "path", "host"] as const) {
    const host = routing === "host" ? `3000-${ID}.gateway.test:7788` : "gateway.test:7788";
    const own = [`http://${host}/x?y`, `https://${host}/x?y`, `http://${host}/kruise/${ID}/3000/x?y`];
    for (const location of own.slice(0, routing === "host" ? 2 : 3)) {
      const { sandbox, sent } = answered(
        (_, i) => i === 0 ? new Response(null, { status: 302, headers: { location } }) : new Response("there"),
        { ...TOKENS, routing },
      );
      const response = await sandbox.ports.fetch(3000, "/from", { headers: { "x-kept": "1" } });
      assertEquals([await response.text(), response.redirected], ["there", true], location);
      assertEquals(sent[1]!.url, sent[0]!.url.replace("/from", "/x?y"), location);
      assertEquals([sent[1]!.headers.get("x-kept"), sent[1]!.headers.get("e2b-traffic-access-token")], ["1", "tt"]);
    }
    const others = [
      "http://other.test/x",
      "http://gateway.test:7789/x",
      `http://gateway.test:7788/kruise/${ID}/3001/x`,
      "http://gateway.test:7788/kruise/default--other/3000/x",
      "http://localhost:3001/x",
    ];
    for (const location of others) {
      const { sandbox, sent } = answered(() => new Response(null, { status: 302, headers: { location } }), {
        ...TOKENS,
        routing,
      });
      const error = await sandbox.ports.fetch(3000, "/from").catch((error) => error);
      assertEquals([error.code, sent.length], ["protocol", 1], location);
    }
  }
});

Deno.test("Ports.fetch() follows 20 redirects, as fetch does", async () => {
  const follow = async (count: number) => {
    const { sandbox, sent } = answered((_, i) =>
      i < count ? new Response(null, { status: 302, headers: { location: `/${i}` } }) : new Response("there")
    );
    const said = await sandbox.ports.fetch(3000, "/").then((response) => response.text(), (error) => error.message);
    return [said.replace(/^.*: /, ""), sent.length];
  };
  assertEquals(await follow(20), ["there", 21]);
  assertEquals(await follow(21), ["redirected more than 20 times", 21]);
});

Deno.test("Ports.fetch() says so where a browser hides the redirect", async () => {
  const hidden = () => Object.defineProperty(new Response(), "type", { value: "opaqueredirect" });
  const { sandbox } = answered(hidden);
  const error = await sandbox.ports.fetch(3000, "/").catch((error) => error);
  assertEquals(error.code, "unsupported");
  assertEquals((await sandbox.ports.fetch(3000, "/", { redirect: "manual" })).type, "opaqueredirect");
  await assertRejects(() => sandbox.ports.fetch(3000, "/", { redirect: "error" }), TypeError, "redirected");
});

Deno.test("Ports.fetch() refuses what fetch does, before any request", async () => {
  const { sandbox, sent } = answered(() => new Response());
  const secret = "word\0";
  const locked = new Blob(["x"]).stream();
  locked.getReader();
  for (
    const init of [
      { body: "x" },
      { method: "head", body: "x" },
      { method: "trace" },
      { method: "CONNECT" },
      { method: "G T" },
      { method: "" },
      { method: "POST", body: locked },
      { redirect: "perhaps" },
      { headers: { "x-a": secret } },
      { headers: { "x a": "1" } },
    ]
  ) {
    const error = await assertRejects(() => sandbox.ports.fetch(3000, "/", init as RequestInit), TypeError);
    assert(!error.message.includes("word"));
  }
  const read = new Request("http://localhost:3000/", { method: "POST", body: "x" });
  await read.text();
  await assertRejects(() => sandbox.ports.fetch(3000, read), TypeError, "body");
  assertEquals(sent.length, 0);
});
