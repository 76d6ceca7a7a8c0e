import { assert, assertEquals, assertRejects } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { relay } from "../../examples/web_terminal/relay.ts";
import { type Fetch, isSandboxError, NotFoundError, RuntimeClient } from "../../mod.ts";
import { startLocalRuntime } from "../../src/local/mod.ts";
import { bundleWorker, startWorkers } from "./miniflare.ts";

const KEY = "key-of-the-relay";

/** A sandbox that answers by a function. */
function sandboxOf(fetch: Fetch): RuntimeClient {
  return new RuntimeClient({ sandboxBaseUrl: "http://sandbox.test", runtimeToken: "token-of-the-sandbox", fetch });
}

function callOf(path: string, headers: Record<string, string> = { "x-api-key": KEY }, method = "POST"): Request {
  return new Request(`http://relay.test${path}`, { method, headers, ...(method === "POST" && { body: "{}" }) });
}

/** The page's own client, with a relay at the other end of its `fetch`. */
function throughRelay(sandbox: RuntimeClient): RuntimeClient {
  const fetch: Fetch = (input, init) => relay(new Request(input, init), sandbox, KEY);
  return new RuntimeClient({ sandboxBaseUrl: "http://relay.test/sandbox", apiKey: KEY, retry: false, fetch });
}

Deno.test("web terminal relay: refuses who has no key, and what terminals do not need", async () => {
  const sandbox = sandboxOf(() => Promise.reject(new Error("It was passed on")));
  const list = "/sandbox/process.Process/List";
  const refused: readonly (readonly [Request, number, string?])[] = [
    [callOf(list, {}), 401],
    [callOf(list, { "x-api-key": `${KEY}!` }), 401],
    [callOf(list, { "x-api-key": "" }), 401, ""],
    [callOf(list, { "x-access-token": KEY, authorization: `Bearer ${KEY}` }), 401],
    [callOf("/sandbox/filesystem.Filesystem/Remove"), 404],
    [callOf("/sandbox/files"), 404],
    [callOf("/process.Process/List"), 404],
    [callOf("/sandbox/process.Process/StreamInput"), 404],
    [callOf("/sandbox//process.Process/List"), 404],
    [callOf("/sandbox/../sandbox/process.Process/List/"), 404],
    [callOf(list, { "x-api-key": KEY }, "GET"), 404],
  ];
  for (const [request, status, key = KEY] of refused) {
    assertEquals((await relay(request, sandbox, key)).status, status, `${request.method} ${request.url}`);
  }
});

Deno.test("web terminal relay: adds the sandbox's token, and passes on no other", async () => {
  let sent = new Headers();
  const sandbox = sandboxOf((_, init) => {
    sent = new Headers(init?.headers);
    const headers = { "content-type": "application/json", "set-cookie": "a=b", "x-access-token": "echoed" };
    return Promise.resolve(new Response("{}", { headers }));
  });
  const said = {
    "x-api-key": KEY,
    "x-access-token": "another",
    "e2b-sandbox-id": "another",
    cookie: "c=d",
    authorization: "Basic cm9vdDo=",
    "content-type": "application/json",
  };
  const answer = await relay(callOf("/sandbox/process.Process/List", said), sandbox, KEY);
  assertEquals([...answer.headers], [["content-type", "application/json"]]);
  assertEquals([...sent], [
    ["authorization", "Basic cm9vdDo="],
    ["content-type", "application/json"],
    ["x-access-token", "token-of-the-sandbox"],
  ]);
});

Deno.test("web terminal relay: what is wrong behind it arrives as what it is", async () => {
  const gone = sandboxOf(() => Promise.resolve(new Response("sandbox not found: mine", { status: 502 })));
  const error = await assertRejects(() => throughRelay(gone).commands.list(), NotFoundError);
  assert(isSandboxError(error, "sandbox_not_found"));
  const silent = sandboxOf(() => Promise.reject(new TypeError("fetch failed")));
  const lost = await assertRejects(() => throughRelay(silent).commands.list());
  assert(isSandboxError(lost, "network") && lost.retryable);
});

Deno.test("web terminal relay: reads on when the page leaves, until it is silent", async () => {
  using time = new FakeTime();
  let cut = false;
  let stream!: ReadableStreamDefaultController<Uint8Array>;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => void (stream = controller),
    cancel: () => void (cut = true),
  });
  const left: Promise<void>[] = [];
  const leaving = {
    signal: new AbortController().signal,
    waitUntil: (promise: Promise<void>) => void left.push(promise),
  };
  const sandbox = sandboxOf(() => Promise.resolve(new Response(body)));
  const answer = await relay(callOf("/sandbox/process.Process/Connect"), sandbox, KEY, leaving);
  const reader = answer.body!.getReader();
  stream.enqueue(new Uint8Array([1]));
  assertEquals((await reader.read()).value, new Uint8Array([1]));
  await reader.cancel();
  for (let seconds = 0; seconds < 60; seconds += 9) {
    await time.tickAsync(9_000);
    assertEquals([cut, stream.desiredSize], [false, 1]);
    stream.enqueue(new Uint8Array([2]));
    await time.tickAsync(0);
  }
  assertEquals(left.length, 1);
  await time.tickAsync(10_000);
  await left[0];
  assert(cut);
});

Deno.test("web terminal relay: a terminal through the Worker, under Miniflare", async () => {
  // A daemon that dies where a stream is cut.
  await using runtime = await startLocalRuntime({ bugs: ["B1", "B2", "B4"] });
  const dir = await Deno.makeTempDir();
  try {
    const script = `${dir}/worker.js`;
    await bundleWorker(new URL("../../examples/web_terminal/worker.ts", import.meta.url), script);
    const bindings = { RELAY_KEY: KEY, SBX_URL: runtime.url, SBX_TOKEN: runtime.token };
    const { RELAY_KEY: _, ...open } = bindings;
    await using workers = await startWorkers(script, [{ bindings }, { bindings: open }]);
    const [url, openUrl] = workers.urls.map((url) => new URL("sandbox", url).href);

    const leaving = new AbortController();
    const leave: Fetch = (input, init) => fetch(input, { ...init, signal: leaving.signal });
    const page = new RuntimeClient({ sandboxBaseUrl: url, apiKey: KEY, fetch: leave });
    const { readable, writable } = await page.pty.create({ cols: 80, rows: 24, tag: "mine" });
    const keys = writable.getWriter();
    await keys.write("KEPT=treasure; while :; do echo flo''od; done\n");
    await shows(readable, /flood\r\nflood/);
    leaving.abort();

    const again = new RuntimeClient({ sandboxBaseUrl: url, apiKey: KEY });
    await using terminal = await again.pty.connect({ tag: "mine" });
    await terminal.resize({ cols: 90, rows: 30 });
    const typed = terminal.writable.getWriter();
    await typed.write("\x03");
    await typed.write("echo $KEPT of $(stty size)\n");
    await shows(terminal.readable, /treasure of 30 90/);
    assert(await terminal.kill());

    const refused = new RuntimeClient({ sandboxBaseUrl: openUrl, apiKey: KEY });
    const error = await assertRejects(() => refused.commands.list());
    assert(isSandboxError(error, "unauthenticated"));
    assert(!workers.log().includes(runtime.token));
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

/** Reads until a pattern is there. */
async function shows(stream: ReadableStream<Uint8Array>, pattern: RegExp): Promise<void> {
  const decoder = new TextDecoder();
  const reader = stream.getReader();
  let text = "";
  while (!pattern.test(text)) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`${pattern} did not come, but ${text.slice(-500)}`);
    text = (text + decoder.decode(value, { stream: true })).slice(-10_000);
  }
  reader.releaseLock();
}
