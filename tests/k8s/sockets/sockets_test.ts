/** WebSockets to the API server, as every runtime of this kind opens them. */

import { assert, assertEquals } from "@std/assert";
import { DisconnectedError, isSandboxError } from "../../../mod.ts";
import { KubeClient, type KubeConfig } from "../../../src/k8s/mod.ts";
import { requesterOf } from "../../../src/k8s/client/kube_client.ts";
import { openKubeSocket } from "../../../src/k8s/sockets/open_kube_socket.ts";
import type { KubeSocket } from "../../../src/k8s/sockets/kube_socket.ts";
import { browserOpener, fetchOpener } from "../../../src/k8s/sockets/web_openers.ts";
import { loadWs } from "../../../src/k8s/sockets/ws_library.ts";
import { WsKubeSocket } from "../../../src/k8s/sockets/ws_kube_socket.ts";
import { frameOf, type RawCall, type RawServer, startRawServer } from "./raw_server.ts";

const PROTOCOLS = ["v5.channel.k8s.io", "v4.channel.k8s.io"];
const REQUEST = { what: "try it", path: "/try", protocols: PROTOCOLS };

function configOf({ url }: RawServer, user: Record<string, unknown> = {}): KubeConfig {
  return {
    clusters: [{ name: "c", cluster: { server: url } }],
    users: [{ name: "u", user }],
    contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
    "current-context": "x",
  };
}

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return await promise.then(() => undefined, (error) => error);
}

async function textOf(socket: KubeSocket): Promise<string | undefined> {
  const message = await socket.messages.next();
  return message && new TextDecoder().decode(message);
}

async function echo(call: RawCall): Promise<void> {
  const peer = call.accept(call.protocols.find((name) => PROTOCOLS.includes(name)));
  for (let frame = await peer.next(); frame !== undefined; frame = await peer.next()) {
    if (frame.opcode === 8) return await peer.close();
    if (frame.opcode === 2) await peer.write(frameOf(2, frame.data));
  }
}

Deno.test("socket: messages there and back, and who asks", async () => {
  const calls: RawCall[] = [];
  await using server = await startRawServer(async (call) => {
    calls.push(call);
    await echo(call);
  });
  await using kube = await KubeClient.fromConfig(
    configOf(server, { as: "dev", "as-groups": ["one", "two, three"] }),
  );
  const socket = await requesterOf(kube).socket({ ...REQUEST, query: { a: ["1", "2"], b: undefined } }, {});
  assertEquals([socket.protocol, socket.pings, socket.closed], ["v5.channel.k8s.io", true, undefined]);
  for (const size of [0, 1, 125, 126, 65_535, 65_536, 1_000_000]) {
    await socket.send(new Uint8Array(size).fill(7));
    const back = await socket.messages.next();
    assertEquals([back!.byteLength, back!.every((byte) => byte === 7), back!.constructor], [size, true, Uint8Array]);
  }
  await socket.close();
  assertEquals(await socket.messages.next(), undefined);
  assert(isSandboxError(await failureOf(socket.send(new Uint8Array(1))), "disconnected"));
  const [{ path, lines, protocols }] = calls as [RawCall];
  assertEquals([path, protocols], ["/try?a=1&a=2", PROTOCOLS]);
  // Repeated lines stay apart: joined they would name another group.
  assertEquals(lines.filter(([name]) => name === "impersonate-group").map(([, value]) => value), ["one", "two, three"]);
  assertEquals(lines.find(([name]) => name === "user-agent")?.[1], "kruise-agents-runtime/js");
});

Deno.test("socket: an answer that is none", async () => {
  await using server = await startRawServer((call) => {
    const { pathname } = new URL(call.path, "http://x");
    if (pathname === "/status") {
      const status = { kind: "Status", status: "Failure", message: "no way", reason: "Forbidden", code: 403 };
      return call.refuse(403, JSON.stringify(status), "Content-Type: application/json");
    }
    if (pathname === "/text") return call.refuse(500, "it broke", "Content-Type: text/plain");
    if (pathname === "/page") return call.refuse(502, "<html>Bad Gateway</html>", "Content-Type: text/html");
    if (pathname === "/redirect") return call.refuse(307, "", "Location: http://127.0.0.1:1/");
    if (pathname === "/plain") return call.refuse(200, "{}");
    if (pathname === "/none") return void call.accept("");
    if (pathname === "/other") return void call.accept("v9.channel.k8s.io");
  });
  await using kube = await KubeClient.fromConfig(configOf(server));
  const requester = requesterOf(kube);
  const cases = [
    ["/status", "kube_status", "Cannot try it: no way"],
    ["/text", "kube_status", "Cannot try it: it broke"],
    ["/page", "protocol", "Cannot try it: answered 502 with a page for people, not with an object"],
    [
      "/redirect",
      "protocol",
      `Cannot try it: the server at "${new URL(server.url).host}" answered 307, and no WebSocket`,
    ],
    ["/plain", "protocol", `Cannot try it: the server at "${new URL(server.url).host}" answered 200, and no WebSocket`],
    ["/none", "protocol", "Cannot try it: the answer is none of a WebSocket of Kubernetes"],
    ["/other", "protocol", "Cannot try it: the answer is none of a WebSocket of Kubernetes"],
  ] as const;
  for (const [path, code, message] of cases) {
    const error = await failureOf(requester.socket({ ...REQUEST, path }, {}));
    assert(isSandboxError(error), `${path}: ${error}`);
    assertEquals([path, error.code, error.message], [path, code, message]);
  }
});

Deno.test("socket: a signal, a limit of time and the end of the client while it opens", async () => {
  let arrived = () => {};
  await using server = await startRawServer(() => arrived());
  const next = () => new Promise<void>((resolve) => arrived = resolve);
  await using kube = await KubeClient.fromConfig(configOf(server));
  const requester = requesterOf(kube);
  const controller = new AbortController();
  let opening = failureOf(requester.socket(REQUEST, { signal: controller.signal }));
  await next();
  controller.abort("enough");
  assertEquals(await opening, "enough");
  assertEquals(await failureOf(requester.socket(REQUEST, { signal: controller.signal })), "enough");
  const late = await failureOf(requester.socket(REQUEST, { timeoutMs: 50 }));
  assert(isSandboxError(late, "request_timeout"));
  opening = failureOf(requester.socket(REQUEST, {}));
  await next();
  await kube.close();
  assert(isSandboxError(await opening, "network"));
});

Deno.test("socket: a signal and the end of the client while it is open", async () => {
  await using server = await startRawServer(echo);
  await using kube = await KubeClient.fromConfig(configOf(server));
  const controller = new AbortController();
  const one = await requesterOf(kube).socket(REQUEST, { signal: controller.signal });
  const other = await requesterOf(kube).socket(REQUEST, {});
  const [first, second] = [failureOf(one.messages.next()), failureOf(other.messages.next())];
  controller.abort("enough");
  assertEquals(await first, "enough");
  await kube.close();
  assert(isSandboxError(await second, "network"));
  await Promise.all([one.close(), other.close()]);
});

Deno.test("socket: a token that was refused is asked for again", async () => {
  const seen: (string | undefined)[] = [];
  await using server = await startRawServer(async (call) => {
    seen.push(call.lines.find(([name]) => name === "authorization")?.[1]);
    if (seen.at(-1) !== "Bearer new") return call.refuse(401, "no");
    await echo(call);
  });
  const [old, renewed] = ["old", "new"].map((token) => ({ headers: [["Authorization", `Bearer ${token}`]] as const }));
  const access = {
    server: server.url,
    namespace: "default",
    tls: { insecure: false },
    compress: true,
    credentials: ({ refused }: { refused?: unknown } = {}) => Promise.resolve(refused === old ? renewed! : old!),
  };
  const place = { access, given: undefined, userAgent: "test" };
  const socket = await openKubeSocket(place, REQUEST, new AbortController().signal);
  assert(!(socket instanceof Response));
  await socket.close();
  assertEquals(seen, ["Bearer old", "Bearer new"]);
});

Deno.test("socket: pings, and a side that does not answer them", async () => {
  const pings: number[] = [];
  await using server = await startRawServer(async (call) => {
    const peer = call.accept();
    for (let frame = await peer.next(); frame !== undefined; frame = await peer.next()) {
      if (frame.opcode === 9) pings.push(pings.length);
      // The first two are answered.
      if (frame.opcode === 9 && pings.length <= 2) await peer.write(frameOf(10, frame.data));
    }
  });
  const Ws = await loadWs();
  const ws = new Ws(server.url.replace("http", "ws"), PROTOCOLS, {});
  const socket = await new Promise<KubeSocket>((resolve) => {
    ws.on("open", () => resolve(new WsKubeSocket(ws, "try it", new AbortController().signal, 100)));
  });
  const error = await failureOf(socket.messages.next());
  assert(error instanceof DisconnectedError);
  assertEquals(error.message, "Cannot try it: the connection was lost");
  assert(pings.length >= 5, `${pings.length} pings`);
});

Deno.test("socket: pings also while nothing is read, which prove nothing then", async () => {
  let pings = 0;
  let enough!: () => void;
  const pinged = new Promise<void>((resolve) => enough = resolve);
  const total = 16 * 1024 * 1024;
  await using server = await startRawServer(async (call) => {
    const peer = call.accept();
    const sent = (async () => {
      const frame = frameOf(2, new Uint8Array(1024 * 1024));
      for (let bytes = 0; bytes < total; bytes += 1024 * 1024) await peer.write(frame);
    })();
    while (pings < 6) if ((await peer.next())?.opcode === 9) pings++;
    enough();
    await sent;
    await peer.close();
  });
  const Ws = await loadWs();
  const ws = new Ws(server.url.replace("http", "ws"), PROTOCOLS, {});
  const socket = await new Promise<KubeSocket>((resolve) => {
    ws.on("open", () => resolve(new WsKubeSocket(ws, "try it", new AbortController().signal, 50)));
  });
  await pinged;
  let bytes = 0;
  for (let next = await socket.messages.next(); next; next = await socket.messages.next()) bytes += next.byteLength;
  assertEquals(bytes, total);
});

Deno.test("socket: what is sent waits for a server that does not read", async () => {
  let peerPaused!: () => void;
  const stopped = new Promise<void>((resolve) => peerPaused = resolve);
  let goOn = () => {};
  const may = new Promise<void>((resolve) => goOn = resolve);
  let got = 0;
  await using server = await startRawServer(async (call) => {
    const peer = call.accept();
    peer.pause();
    peerPaused();
    await may;
    peer.resume();
    for (let frame = await peer.next(); frame?.opcode === 2; frame = await peer.next()) got += frame.data.byteLength;
    await peer.close();
  });
  await using kube = await KubeClient.fromConfig(configOf(server));
  const socket = await requesterOf(kube).socket(REQUEST, {});
  await stopped;
  let sent = 0;
  const piece = new Uint8Array(32_768);
  const total = 32 * 1024 * 1024;
  let waits = false;
  while (sent < total && !waits) {
    const sending = socket.send(piece);
    sent += piece.byteLength;
    waits = await Promise.race([sending.then(() => false), new Promise<boolean>((r) => setTimeout(r, 500, true))]);
    if (waits) {
      goOn();
      await sending;
    }
  }
  assert(waits, "it took everything");
  await socket.send(piece);
  await socket.close();
  await server[Symbol.asyncDispose]();
  assertEquals(got, sent + piece.byteLength);
});

Deno.test("socket: a browser's sends the token as a sub-protocol", async () => {
  const offered: (readonly string[])[] = [];
  await using server = await startRawServer(async (call) => {
    offered.push(call.protocols);
    if (call.path === "/no") return call.refuse(403, "");
    await echo(call);
  });
  const asked: string[] = [];
  const opener = browserOpener((url) => {
    asked.push(url);
    return Promise.resolve(new Response("because", { status: url.endsWith("/no") ? 403 : 400 }));
  });
  const { signal } = new AbortController();
  const init = { what: "try it", protocols: PROTOCOLS, headers: [["Authorization", "Bearer tökén?"]] as const, signal };
  const socket = await opener.open(`${server.url}/yes`, init);
  assert(!(socket instanceof Response));
  assertEquals([socket.protocol, socket.pings], ["v5.channel.k8s.io", false]);
  await socket.send(new TextEncoder().encode("hello"));
  assertEquals(await textOf(socket), "hello");
  await socket.close();
  assertEquals(offered, [[...PROTOCOLS, "base64url.bearer.authorization.k8s.io.dMO2a8Opbj8"]]);
  const answer = await opener.open(`${server.url}/no`, init);
  assert(answer instanceof Response);
  assertEquals([answer.status, await answer.text()], [403, "because"]);
  assertEquals(asked, [`${server.url}/no`]);
  const impersonating = await failureOf(
    opener.open(server.url, { ...init, headers: [["Impersonate-User", "dev"]] }),
  );
  assert(isSandboxError(impersonating, "unsupported"));
});

Deno.test("socket: by a fetch that answers with one, as in Workers", async () => {
  await using server = await startRawServer(echo);
  const { signal } = new AbortController();
  const init = { what: "try it", protocols: PROTOCOLS, headers: [["Authorization", "Bearer x"]] as const, signal };
  const seen: Headers[] = [];
  const opener = fetchOpener(async (url, init) => {
    seen.push(new Headers(init!.headers));
    if (String(url).endsWith("/no")) return new Response("because", { status: 403 });
    if (String(url).endsWith("/odd")) return new Response("{}");
    const web = new WebSocket(String(url).replace("http", "ws"), PROTOCOLS);
    await new Promise((resolve) => web.onopen = resolve);
    const response = new Response(null, { headers: { "sec-websocket-protocol": web.protocol } });
    return Object.assign(response, { webSocket: Object.assign(web, { accept() {} }) });
  });
  const socket = await opener.open(server.url, init);
  assert(!(socket instanceof Response));
  await socket.send(new TextEncoder().encode("hello"));
  assertEquals(await textOf(socket), "hello");
  await socket.close();
  assertEquals(
    ["upgrade", "authorization", "sec-websocket-protocol"].map((name) => seen[0]!.get(name)),
    ["websocket", "Bearer x", PROTOCOLS.join(", ")],
  );
  assertEquals((await opener.open(`${server.url}/no`, init) as Response).status, 403);
  const odd = await failureOf(opener.open(`${server.url}/odd`, init));
  assert(isSandboxError(odd, "unsupported"));
});

Deno.test("socket: a browser that reads too slowly loses the connection, not its memory", async () => {
  let givenUp!: () => void;
  const closed = new Promise<void>((resolve) => givenUp = resolve);
  await using server = await startRawServer(async (call) => {
    const peer = call.accept();
    const frame = frameOf(2, new Uint8Array(1024 * 1024));
    let isOpen = true;
    const closing = peer.next().then((last) => {
      isOpen = false;
      assertEquals(last?.opcode, 8);
    });
    for (let i = 0; i < 200 && isOpen; i++) {
      await Promise.race([peer.write(frame), closing]);
      // Client and server share a loop: each gets its turn.
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    await closing;
    givenUp();
    await peer.close();
  });
  const opener = browserOpener(() => Promise.reject(new Error("not asked")));
  const { signal } = new AbortController();
  const socket = await opener.open(server.url, { what: "try it", protocols: PROTOCOLS, headers: [], signal });
  assert(!(socket instanceof Response));
  await closed;
  let bytes = 0;
  const error = await failureOf((async () => {
    for (let next = await socket.messages.next(); next; next = await socket.messages.next()) bytes += next.byteLength;
  })());
  assert(error instanceof DisconnectedError, `${error}`);
  assertEquals(bytes, 64 * 1024 * 1024);
});
