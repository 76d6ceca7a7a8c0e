/** Ports and signed URLs through the gateway: each way of routing, each way of proving who calls. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { RuntimeClientOptions } from "../../mod.ts";
import type { FakeGatewayOptions, FakeRouteOptions } from "../../src/testing/mod.ts";
import { assertRefused } from "../bad_input/refused.ts";
import { closedPort } from "../bad_input/server.ts";
import { type Behind, behind, ID } from "./behind.ts";
import { nodeFetch } from "./node_fetch.ts";

/** A server in the sandbox: ports other than the daemon's are those of this machine. */
function serve(answer?: (request: Request) => Response): { readonly port: number } & AsyncDisposable {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    if (answer !== undefined) return answer(request);
    if (request.headers.get("upgrade") === "websocket") {
      const { socket, response } = Deno.upgradeWebSocket(request);
      socket.onmessage = ({ data }) => socket.send(`${new URL(request.url).pathname} ${data}`);
      return response;
    }
    const tokens = ["x-access-token", "e2b-traffic-access-token"].map((name) => request.headers.get(name) ?? "none");
    return new Response([request.method, new URL(request.url).pathname, ...tokens].join(" "));
  });
  return { port: server.addr.port, [Symbol.asyncDispose]: () => server.shutdown() };
}

async function said(socket: WebSocket): Promise<string> {
  const answer = Promise.withResolvers<string>();
  const closed = Promise.withResolvers<void>();
  socket.onopen = () => socket.send("hello");
  socket.onmessage = ({ data }) => answer.resolve(data);
  socket.onerror = (event) => answer.reject(new Error((event as ErrorEvent).message));
  socket.onclose = () => closed.resolve();
  const text = await answer.promise;
  socket.close();
  await closed.promise;
  return text;
}

for (const routing of ["header", "path", "host"] as const) {
  Deno.test(`a port is reached where the gateway routes by ${routing}`, async () => {
    await using server = serve();
    await using own = await behind();
    // Names below localhost do not resolve everywhere.
    const fetch = routing === "host" ? nodeFetch({ address: "127.0.0.1" }) : undefined;
    const { ports } = own.client({ routing, fetch });
    const answer = async (path: string) => await (await ports.fetch(server.port, path)).text();
    assertEquals(await answer("/x"), "GET /x none none");
    assertEquals(await answer("/kruise/default--other/1/x"), "GET /kruise/default--other/1/x none none");
    await ports.waitFor(server.port, { path: "/" });
    if (routing === "host") return;
    assertEquals(await (await globalThis.fetch(ports.url(server.port, "/y"))).text(), "GET /y none none");
    assertEquals(await said(ports.webSocket(server.port, "/chat")), "/chat hello");
    const response = await globalThis.fetch(`${own.gateway.url}/z`, { headers: await ports.headers(server.port) });
    const text = await response.text();
    assertEquals(text, routing === "header" ? "GET /z none none" : "no healthy upstream");
  });
}

/** The gateway's modes: what a client must have, and what the server gets to see. */
const MODES: readonly {
  readonly name: string;
  readonly gateway: FakeGatewayOptions;
  readonly route: (own: Behind) => FakeRouteOptions;
  readonly good: (own: Behind) => RuntimeClientOptions;
  readonly refusal?: "unauthenticated" | "forbidden" | "network";
  readonly sees: (own: Behind) => string;
}[] = [
  {
    name: "no token is checked",
    gateway: { enableAuth: false },
    route: ({ runtime }) => ({ token: runtime.token }),
    good: () => ({}),
    sees: () => "none none",
  },
  ...(["2026-08", "later"] as const).map((revision) => ({
    name: `the access token is checked (${revision})`,
    gateway: { revision },
    route: ({ runtime }: Behind) => ({ token: runtime.token }),
    good: () => ({ portAccessToken: true }),
    refusal: "unauthenticated" as const,
    sees: ({ runtime }: Behind) => `${runtime.token} none`,
  })),
  ...(["2026-08", "later"] as const).map((revision) => ({
    name: `the traffic token is checked, and taken out (${revision})`,
    gateway: { revision, enableJwtAuth: true },
    route: () => ({ trafficAuth: true }),
    good: ({ gateway }: Behind) => ({ trafficToken: () => gateway.trafficToken(ID) }),
    refusal: "forbidden" as const,
    sees: () => "none none",
  })),
  {
    name: "the traffic token cannot be checked",
    gateway: {},
    route: () => ({ trafficAuth: true }),
    good: () => ({}),
    refusal: "network",
    sees: () => "",
  },
];

for (const { name, gateway, route, good, refusal, sees } of MODES) {
  Deno.test(`ports and signed URLs where ${name}`, async () => {
    await using server = serve();
    await using own = await behind(gateway);
    own.route(route(own));
    const refused = own.client();
    if (refusal !== undefined) await assertRefused(refused.ports.fetch(server.port, "/"), refusal);
    if (refusal === "network") return;
    const { ports, files } = own.client({ ...good(own), user: "root" });
    assertEquals(await (await ports.fetch(server.port, "/x")).text(), `GET /x ${sees(own)}`);
    await ports.waitFor(server.port);
    const dir = await Deno.makeTempDir();
    await Deno.writeTextFile(`${dir}/file`, "content");
    const response = await fetch(await files.downloadUrl(`${dir}/file`, { expiresInSeconds: 60 }));
    const text = await response.text();
    await Deno.remove(dir, { recursive: true });
    if (refusal === undefined) return assertEquals(text, "content");
    // A URL carries no header: of no use where the gateway wants one.
    assertEquals(response.status, refusal === "forbidden" ? 403 : 401);
    await assertRefused((async () => await ports.webSocket(server.port))(), "unsupported");
  });
}

Deno.test("a token that a function gives is renewed for a port, and the request repeated", async () => {
  await using server = serve();
  await using own = await behind({ enableJwtAuth: true }, { trafficAuth: true });
  let asked = 0;
  const trafficToken = () => ++asked === 1 ? "stale" : own.gateway.trafficToken(ID);
  const { ports } = own.client({ trafficToken, retry: {} });
  const response = await ports.fetch(server.port, "/x", { method: "POST", body: "again" });
  assertEquals([await response.text(), asked], ["POST /x none none", 2]);
  own.route({ trafficAuth: true, uid: "another" });
  const body = new Blob(["once"]).stream();
  const error = await assertRefused(ports.fetch(server.port, "/x", { method: "POST", body }), "forbidden");
  assertEquals([error.retryable, asked], [true, 3]);
});

Deno.test("nothing listens, nothing runs, nobody is there", async () => {
  const port = await closedPort();
  for (const revision of ["2026-08", "later", "legacy"] as const) {
    await using own = await behind({ revision });
    const { ports } = own.client();
    const error = await assertRefused(ports.fetch(port, "/"), "network");
    assertStringIncludes(error.hint!, "0.0.0.0");
    const late = await assertRefused(ports.waitFor(port, { timeoutMs: 100 }), "wait_timeout");
    assertStringIncludes(late.message, "Connection refused");
    own.route({ state: "paused" });
    await assertRefused(ports.fetch(port, "/"), "sandbox_not_running");
    await assertRefused(ports.waitFor(port), "sandbox_not_running");
    own.gateway.unroute(ID);
    const code = revision === "legacy" ? "sandbox_not_running" : "sandbox_not_found";
    await assertRefused(ports.waitFor(port), code);
  }
});

Deno.test("a gateway that is not ready is waited for", async () => {
  await using server = serve();
  await using own = await behind({ ready: false, onAnswer: () => own.gateway.setReady(true) });
  const { ports } = own.client({ retry: {} });
  assertEquals(await (await ports.fetch(server.port, "/x")).text(), "GET /x none none");
  assertEquals(own.answers.map(({ status }) => status), [503, 200]);
});

Deno.test("what the server in the sandbox redirects to, it is asked for; and another server never", async () => {
  await using stranger = serve();
  await using server = serve((request) => {
    const { pathname, searchParams, host } = new URL(request.url);
    if (pathname === "/there") return new Response("there");
    const location = searchParams.get("to")!.replace("HOST", host);
    return new Response(null, { status: 302, headers: { location } });
  });
  for (const routing of ["header", "path"] as const) {
    await using own = await behind();
    const { ports } = own.client({ routing });
    const targets = ["/there", `http://localhost:${server.port}/there`, "http://HOST/there"];
    for (const to of [...targets, ports.url(server.port, "/there")]) {
      const response = await ports.fetch(server.port, `/?to=${encodeURIComponent(to)}`);
      assertEquals(await response.text(), "there", to);
    }
    const before = own.answers.length;
    const to = encodeURIComponent(`http://127.0.0.1:${stranger.port}/`);
    await assertRefused(ports.fetch(server.port, `/?to=${to}`), "protocol");
    assertEquals(own.answers.length, before + 1);
  }
});

Deno.test("a pause cuts what streams from a port", async () => {
  let cancelled = false;
  await using server = serve(() => {
    const body = new ReadableStream({
      start: (controller) => controller.enqueue(new TextEncoder().encode("data: 1\n\n")),
      cancel: () => void (cancelled = true),
    });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  });
  await using own = await behind();
  const response = await own.client().ports.fetch(server.port, "/events");
  const reader = response.body!.getReader();
  assertEquals(new TextDecoder().decode((await reader.read()).value), "data: 1\n\n");
  own.route({ state: "paused" });
  assert(await reader.read().then(() => false, () => true), "the reader is told");
  while (!cancelled) await new Promise((resolve) => setTimeout(resolve));
});
