import type { RuntimeClient } from "../../../mod.ts";
import type { Case, Kit } from "../case.ts";
import { check, equal, rejection, rejects } from "../check.ts";
import { type PortServer, startPortServer } from "../port_server.ts";
import { streamOf } from "../tools.ts";

const source = "docs/protocol.md §1";
const bytes = (text: string) => new TextEncoder().encode(text);

/** A case with a server in the sandbox. */
function served(
  name: string,
  run: (sandbox: RuntimeClient, server: PortServer, kit: Kit) => Promise<void>,
): Case {
  return {
    name: `ports: ${name}`,
    source,
    direct: true,
    run: async (sandbox, kit) => await run(sandbox, await startPortServer(sandbox, kit), kit),
  };
}

/** A port on which nothing listens: that of a server that has ended. */
async function deadPort(sandbox: RuntimeClient, kit: Kit): Promise<number> {
  const { port, handle } = await startPortServer(sandbox, kit);
  await handle.kill();
  await handle.wait({ check: false });
  return port;
}

/** Servers in the sandbox. */
export const ports: readonly Case[] = [
  served(
    "fetch: method, path, query, headers and body arrive, and the answer comes back",
    async ({ ports }, { port }) => {
      const response = await ports.fetch(port, "/a%20b/../c?x=1&y=%2F#not-sent", {
        method: "PUT",
        headers: { "x-test": "a, b", "content-type": "text/plain" },
        body: "grüß dich",
      });
      equal([response.status, response.headers.get("content-type")], [200, "text/plain"]);
      const text = await response.text();
      check(text.startsWith("PUT /c?x=1&y=%2F\n"), text);
      check(text.includes("\nx-test: a, b\n") && text.endsWith("\n\ngrüß dich"), text);
      check(!/^(x-access-token|authorization|x-api-key):/m.test(text), `a secret went along: ${text}`);
    },
  ),
  served("fetch: what the server answers is the answer, whatever its status", async ({ ports }, { port }) => {
    for (const status of [201, 400, 401, 403, 404, 418, 500, 502, 503, 504]) {
      const response = await ports.fetch(port, `/status/${status}`);
      equal([response.status, await response.text()], [status, `status ${status}`]);
    }
    const text = "sandbox not found: another";
    const response = await ports.fetch(port, `/status/502/not ${text}`);
    equal([response.status, await response.text()], [502, `not ${text}`]);
  }),
  served("fetch: takes what a server calls itself, a URL, and a Request", async ({ ports }, { port }) => {
    const first = async (input: string | URL | Request, init?: RequestInit) =>
      (await (await ports.fetch(port, input, init)).text()).split("\n", 1)[0];
    equal(await first(`http://localhost:${port}/a`), "GET /a");
    equal(await first(`http://0.0.0.0:${port}/a?b`), "GET /a?b");
    equal(await first(`https://127.0.0.1:${port}/`), "GET /");
    equal(await first(`http://[::1]:${port}`), "GET /");
    equal(await first(new URL(`http://localhost:${port}/url`)), "GET /url");
    equal(await first(ports.url(port, "/what/url/gave?x")), "GET /what/url/gave?x");
    equal(await first("no/slash"), "GET /no/slash");
    equal(await first("?only=query"), "GET /?only=query");
    equal(await first("/kruise/other/80/x"), "GET /kruise/other/80/x");
    const request = new Request(`http://localhost:${port}/request`, { method: "POST", body: "body" });
    const text = await (await ports.fetch(port, request)).text();
    check(text.startsWith("POST /request\n") && text.endsWith("\n\nbody"), text);
    const own = new Request(`http://localhost:${port}/request`, { headers: { "x-test": "1" } });
    check((await (await ports.fetcher(port)(own)).text()).includes("\nx-test: 1\n"), "its headers");
    equal(await first(own, { method: "DELETE" }), "DELETE /request");
  }),
  served("fetch: any other server is a TypeError", async ({ ports }, { port }) => {
    const others = [
      `http://localhost:${port === 80 ? 81 : port - 1}/`,
      "http://example.com/",
      "//example.com/x",
      `http://localhost.example.com:${port}/`,
      `http://user:word@localhost:${port}/`,
      `ftp://localhost:${port}/`,
      "data:text/plain,x",
      "http://",
    ];
    for (const input of others) {
      const error = await rejection(ports.fetch(port, input));
      check(error instanceof TypeError && error.message.includes(`${port}`), `${input}: ${error}`);
    }
  }),
  served("fetch: server-sent events arrive while they are sent", async (sandbox, { port }, { dir }) => {
    const response = await sandbox.ports.fetch(port, "/events");
    equal(response.headers.get("content-type"), "text/event-stream");
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    while (!text.includes("one\n\n")) text += (await reader.read()).value;
    equal(text, "data: one\n\n");
    await sandbox.files.writeText(`${dir}/go`, "");
    for (let part = await reader.read(); !part.done; part = await reader.read()) text += part.value;
    equal(text, "data: one\n\ndata: two\n\n");
  }),
  served("fetch: a body that is a stream leaves as it is made", async (sandbox, { port }, { dir }) => {
    let pieces = 0;
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        if (pieces++ === 0) return controller.enqueue(bytes("first"));
        // The server has seen the first piece, or it would not be there.
        while (!await sandbox.files.exists(`${dir}/first`));
        controller.enqueue(bytes(" second"));
        controller.close();
      },
    }, { highWaterMark: 0 });
    const response = await sandbox.ports.fetch(port, "/upload", { method: "POST", body });
    equal(await response.text(), `${"first second".length}`);
  }),
  served("fetch: an abort rejects with the caller's own reason", async ({ ports }, { port }) => {
    const reason = new Error("mine");
    check(await rejection(ports.fetch(port, "/", { signal: AbortSignal.abort(reason) })) === reason, "before");
    for (const path of ["/hang", "/events"]) {
      const controller = new AbortController();
      const asked = ports.fetch(port, path, { signal: controller.signal });
      if (path === "/hang") setTimeout(() => controller.abort(reason), 50);
      else await asked.then(() => controller.abort(reason));
      // What becomes of a body that has begun is the engine's own.
      const error = await rejection(asked.then((response) => response.text()));
      check(path === "/events" || error === reason, `meanwhile: ${error}`);
    }
  }),
  served("redirect: followed on the port", async ({ ports }, { port }) => {
    const to = (status: number, location: string) => `/redirect/${status}/${encodeURIComponent(location)}`;
    const first = async (path: string, init?: RequestInit) => {
      const response = await ports.fetch(port, path, init);
      check(response.redirected, `${path}: redirected`);
      return (await response.text()).split("\n", 1)[0];
    };
    const post = { method: "POST", body: "x", headers: { "content-type": "text/plain" } };
    equal(await first(to(302, "/next?x")), "GET /next?x");
    equal(await first(to(302, "../../beside")), "GET /beside");
    equal(await first(to(301, `http://localhost:${port}/local`)), "GET /local");
    equal(await first(to(307, ports.url(port, "/public"))), "GET /public");
    equal(await first(to(308, to(302, "/twice"))), "GET /twice");
    equal(await first(to(302, "/kept"), { method: "PUT", body: "x" }), "PUT /kept");
    equal(await first(to(302, "/got"), post), "GET /got");
    equal(await first(to(303, "/got"), { ...post, method: "PUT" }), "GET /got");
    equal(await first(to(303, "/head"), { method: "HEAD" }), "");
    const kept = await (await ports.fetch(port, to(307, "/posted"), post)).text();
    check(kept.startsWith("POST /posted\n") && kept.endsWith("\n\nx"), kept);
    const got = await (await ports.fetch(port, to(301, "/got"), post)).text();
    check(got.endsWith("\n\n") && !got.includes("\ncontent-type:"), got);
  }),
  served("redirect: to no other server, and not for ever", async ({ ports }, { port }) => {
    const to = (location: string) => `/redirect/302/${encodeURIComponent(location)}`;
    for (const other of ["http://example.com/", "//example.com", `http://localhost:${port - 1}/`, "ftp://x/"]) {
      const { message } = await rejects(ports.fetch(port, to(other)), "protocol");
      check(!message.includes("example.com/"), message);
    }
    let round = "/";
    for (let i = 0; i < 21; i++) round = to(round);
    await rejects(ports.fetch(port, round), "protocol");
    const streamed = { method: "POST", body: streamOf(bytes("x")) };
    await rejects(ports.fetch(port, "/redirect/307/%2F", streamed), "protocol");
  }),
  served("redirect: manual and error are as in fetch", async ({ ports }, { port }) => {
    const path = `/redirect/302/${encodeURIComponent("http://example.com/x")}`;
    const response = await ports.fetch(port, path, { redirect: "manual" });
    equal([response.status, response.headers.get("location")], [302, "http://example.com/x"]);
    equal(await response.text(), "");
    check(await rejection(ports.fetch(port, path, { redirect: "error" })) instanceof TypeError, "a TypeError");
    const unchanged = await ports.fetch(port, "/status/304");
    equal([unchanged.status, await unchanged.text()], [304, ""]);
  }),
  served("webSocket: text in both directions, and a protocol", async ({ ports }, { port }) => {
    // Node before 22 has none.
    if (typeof globalThis.WebSocket !== "function") {
      equal((await rejects((async () => await ports.webSocket(port))(), "unsupported")).name, "UnsupportedError");
      return;
    }
    const socket = ports.webSocket(port, "/socket?x=1", ["first", "second"]);
    const heard: unknown[] = [];
    await new Promise<void>((resolve, reject) => {
      socket.addEventListener("open", () => socket.send("hello"));
      socket.addEventListener("error", () => reject(new Error("the socket failed")));
      socket.addEventListener("close", () => resolve());
      socket.addEventListener("message", ({ data }) => {
        heard.push(data);
        if (heard.length === 2) socket.close(1000);
        else socket.send("x".repeat(1000));
      });
    });
    equal([heard, socket.protocol], [["you said hello", `you said ${"x".repeat(1000)}`], "first"]);
  }),
  served("waitFor: anything that answers, or success on a path", async ({ ports }, { port }) => {
    await ports.waitFor(port);
    await ports.waitFor(port, { path: "/status/204", timeoutMs: 10_000 });
    await ports.waitFor(port, { path: "/redirect/302/x" });
    const error = await rejects(ports.waitFor(port, { path: "/status/503", timeoutMs: 300 }), "wait_timeout");
    check(error.message.includes(`port ${port}`) && error.message.endsWith("HTTP 503"), error.message);
  }),
  served("waitFor: ends by its signal", async ({ ports }, { port }) => {
    const reason = new Error("mine");
    const aborted = { signal: AbortSignal.abort(reason) };
    check(await rejection(ports.waitFor(port, aborted)) === reason, "before");
    const controller = new AbortController();
    const waiting = rejection(ports.waitFor(port, { path: "/status/500", timeoutMs: 0, signal: controller.signal }));
    setTimeout(() => controller.abort(reason), 50);
    check(await waiting === reason, "meanwhile");
  }),
  {
    name: "ports: waitFor waits until a server has started",
    source,
    direct: true,
    async run(sandbox, kit) {
      const port = await deadPort(sandbox, kit);
      const waiting = sandbox.ports.waitFor(port, { timeoutMs: 30_000 });
      const script =
        `sed 's/LocalPort => 0/LocalPort => ${port}, ReuseAddr => 1/' server.pl > again.pl && exec perl again.pl 127.0.0.1 .`;
      const isHere = new URL(sandbox.ports.url(1)).hostname === "127.0.0.1";
      const line = isHere ? script : script.replace("127.0.0.1", "0.0.0.0");
      kit.own(await sandbox.commands.start(["sh", "-c", line], { cwd: kit.dir }));
      await waiting;
    },
  },
  {
    name: "ports: nobody listens there",
    source,
    direct: true,
    async run(sandbox, kit) {
      const port = await deadPort(sandbox, kit);
      const error = await rejects(sandbox.ports.fetch(port, "/"), "network");
      equal([error.retryable, typeof error.hint], [true, "string"]);
      const late = await rejects(sandbox.ports.waitFor(port, { timeoutMs: 200 }), "wait_timeout");
      check(late.message.includes(`port ${port}`) && late.message.includes("200 ms"), late.message);
    },
  },
  {
    name: "ports: what is no port",
    source,
    async run({ ports }) {
      for (
        const [port, type] of [[0, RangeError], [70_000, RangeError], [1.5, RangeError], ["80", TypeError]] as const
      ) {
        const calls = [
          async () => await ports.url(port as number),
          () => ports.headers(port as number),
          () => ports.fetch(port as number, "/"),
          async () => await ports.fetcher(port as number),
          async () => await ports.webSocket(port as number),
          () => ports.waitFor(port as number),
        ];
        for (const call of calls) {
          const error = await rejection(call());
          check(error instanceof type, `${port}, ${call}: ${error}`);
        }
      }
      check(await rejection(ports.waitFor(80, { timeoutMs: -1 })) instanceof RangeError, "timeoutMs");
    },
  },
];
