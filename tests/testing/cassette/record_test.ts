import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { type Fetch, RuntimeClient } from "../../../mod.ts";
import { startLocalRuntime } from "../../../src/local/mod.ts";
import { record, replay } from "../../../src/testing/mod.ts";
import type { Exchange } from "../../../src/testing/cassette/cassette.ts";

const URL_ = "http://sandbox.test/x";

/** A body that is fed by hand. */
function fed(): { readonly body: ReadableStream<Uint8Array<ArrayBuffer>>; push(text: string): void; end(): void } {
  let to: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>;
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({ start: (controller) => void (to = controller) });
  return { body, push: (text) => to.enqueue(new TextEncoder().encode(text)), end: () => to.close() };
}

async function exchangesOf(recorder: ReturnType<typeof record>, waitMs?: number): Promise<Exchange[]> {
  return (await recorder.cassette({ waitMs })).exchanges as Exchange[];
}

async function recorded(answer: Fetch, init?: RequestInit): Promise<Exchange> {
  const recorder = record(answer);
  await (await recorder.fetch(URL_, init)).text();
  return (await exchangesOf(recorder))[0]!;
}

Deno.test("record: an answer comes as it comes, not when it has ended", async () => {
  const source = fed();
  const recorder = record(() => Promise.resolve(new Response(source.body)));
  const reader = (await recorder.fetch(URL_)).body!.getReader();
  source.push("one");
  assertEquals(new TextDecoder().decode((await reader.read()).value), "one");
  source.push("two");
  assertEquals(new TextDecoder().decode((await reader.read()).value), "two");
  source.end();
  assert((await reader.read()).done);
  const [{ response }] = await exchangesOf(recorder) as [Exchange];
  assertEquals(response!.body!.map(({ data }) => data), ["one", "two"]);
});

Deno.test("record: a body is not read before its reader asks", async () => {
  let pulled = 0;
  const recorder = record(() =>
    Promise.resolve(
      new Response(
        new ReadableStream({
          pull(controller) {
            pulled++;
            controller.enqueue(new Uint8Array(1));
          },
        }, { highWaterMark: 0 }),
      ),
    )
  );
  const response = await recorder.fetch(URL_);
  assertEquals(pulled, 0);
  const reader = response.body!.getReader();
  await reader.read();
  assertEquals(pulled, 1);
  await reader.cancel();
});

Deno.test("record: a request's stream leaves as it is read", async () => {
  const seen: string[] = [];
  const source = fed();
  const recorder = record(async (input, init) => {
    const reader = new Request(input, init).body!.getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      seen.push(new TextDecoder().decode(part.value));
      if (seen.length === 1) source.push("two");
      else source.end();
    }
    return new Response(seen.join(" "));
  });
  source.push("one");
  const init: RequestInit & { duplex: "half" } = { method: "POST", body: source.body, duplex: "half" };
  assertEquals(await (await recorder.fetch(URL_, init)).text(), "one two");
  assertEquals((await exchangesOf(recorder))[0]!.request.body, "onetwo");
});

Deno.test("record: bodies of every kind", async () => {
  const form = new FormData();
  form.set("a", "b");
  const bodies: readonly (readonly [BodyInit, unknown])[] = [
    ["text é", "text é"],
    [new Uint8Array([0, 1, 255]), { base64: "AAH/" }],
    [new TextEncoder().encode("--view--").subarray(2, -2), "view"],
    [new TextEncoder().encode("buffer").buffer, "buffer"],
    [new Blob(["blob"]), "blob"],
    [new URLSearchParams({ a: "b c" }), "a=b+c"],
  ];
  for (const [body, data] of bodies) {
    const { request } = await recorded(() => Promise.resolve(new Response("")), { method: "POST", body });
    assertEquals(request.body, data as never);
  }
  const { request } = await recorded(() => Promise.resolve(new Response("")), { method: "POST", body: form });
  assert(String(request.body).includes('name="a"'), String(request.body));
});

Deno.test("record: a Request object, whose body reaches the server whole", async () => {
  const recorder = record(async (input, init) => new Response(await new Request(input, init).text()));
  const request = new Request(URL_, { method: "PUT", body: "hello", headers: { "content-type": "x/y" } });
  assertEquals(await (await recorder.fetch(request)).text(), "hello");
  const [exchange] = await exchangesOf(recorder);
  assertEquals([exchange!.request.method, exchange!.request.body], ["PUT", "hello"]);
  assertEquals(exchange!.request.headers["content-type"], "x/y");
});

Deno.test("record: what is sent may be changed once it was sent", async () => {
  const bytes = new TextEncoder().encode("before");
  const recorder = record((_, init) => {
    (init!.body as Uint8Array).fill(0x78);
    return Promise.resolve(new Response(""));
  });
  await recorder.fetch(URL_, { method: "POST", body: bytes });
  assertEquals((await exchangesOf(recorder, 0))[0]!.request.body, "before");
});

Deno.test("record: a large body is a digest, the same whatever its pieces and its names", async () => {
  const digest = async (text: string, pieces: number) => {
    const bytes = new TextEncoder().encode(text);
    const body = new ReadableStream({
      start(controller) {
        const size = Math.ceil(bytes.length / pieces);
        for (let i = 0; i < pieces; i++) controller.enqueue(bytes.slice(i * size, (i + 1) * size));
        controller.close();
      },
    });
    const init: RequestInit & { duplex: "half" } = { method: "POST", body, duplex: "half" };
    const send: Fetch = async (input, init) => new Response((await new Request(input, init).text()).slice(0, 1));
    return (await recorded(send, init)).request.body as { bytes: number; digest: string };
  };
  const text = (name: string) => `${"x".repeat(70_000)}${name}${"y".repeat(70_000)}`;
  const [one, other] = [crypto.randomUUID(), crypto.randomUUID()];
  const whole = await digest(text(one), 1);
  assertEquals(whole.bytes, 140_036);
  assertEquals(await digest(text(one), 1_999), whole);
  assertEquals(await digest(text(other), 7), whole);
  assert((await digest(text(one).replace("y", "z"), 7)).digest !== whole.digest);
});

Deno.test("record: an answer without a body stays without", async () => {
  for (const status of [204, 205, 304]) {
    const { response } = await recorded(() => Promise.resolve(new Response(null, { status })));
    assertEquals([response!.status, response!.body, response!.end], [status, undefined, undefined]);
  }
});

Deno.test("record: what the caller sees of an answer is what there was", async () => {
  const sent = Object.defineProperties(new Response("x", { status: 201, statusText: "Made", headers: { a: "b" } }), {
    url: { value: "http://elsewhere.test/" },
    redirected: { value: true },
    type: { value: "cors" },
  });
  const { status, statusText, headers, url, redirected, type } = await record(() => Promise.resolve(sent)).fetch(URL_);
  assertEquals([status, statusText, headers.get("a"), url, redirected, type], [
    201,
    "Made",
    "b",
    "http://elsewhere.test/",
    true,
    "cors",
  ]);
});

Deno.test("record: a failed fetch, and its causes", async () => {
  const cause = Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:1"), { code: "ECONNREFUSED" });
  const failure = new TypeError("fetch failed", { cause });
  const recorder = record(() => Promise.reject(failure));
  assertStrictEquals(await assertRejects(() => recorder.fetch("http://127.0.0.1:1/x")), failure);
  const [{ error }] = await exchangesOf(recorder) as [Exchange];
  assertEquals([error!.name, error!.message], ["TypeError", "fetch failed"]);
  // Without the host, which is another one elsewhere.
  assertEquals(error!.cause, { name: "Error", message: "connect ECONNREFUSED sandbox", code: "ECONNREFUSED" });
});

Deno.test("record: a body that breaks", async () => {
  const failure = new Error("reset");
  const recorder = record(() =>
    Promise.resolve(
      new Response(
        new ReadableStream({
          pull(controller) {
            controller.enqueue(new TextEncoder().encode("half"));
            controller.error(failure);
          },
        }),
      ),
    )
  );
  const response = await recorder.fetch(URL_);
  assertStrictEquals(await assertRejects(() => response.text()), failure);
  const [{ response: { end } = {} }] = await exchangesOf(recorder) as [Exchange];
  assertEquals(end!.error, { name: "Error", message: "reset" });
});

Deno.test("record: a caller that goes away, before the answer and in the middle of it", async () => {
  const controller = new AbortController();
  const recorder = record((_, init) =>
    new Promise((_, reject) => init!.signal!.addEventListener("abort", () => reject(init!.signal!.reason)))
  );
  const pending = recorder.fetch(URL_, { signal: controller.signal });
  controller.abort();
  await assertRejects(() => pending);
  assert((await exchangesOf(recorder))[0]!.left !== undefined);

  const source = fed();
  const second = record(() => Promise.resolve(new Response(source.body)));
  const reader = (await second.fetch(URL_)).body!.getReader();
  source.push("half");
  await reader.read();
  await reader.cancel();
  const [{ response }] = await exchangesOf(second) as [Exchange];
  assertEquals([response!.body!.length, response!.end!.left], [1, true]);
});

Deno.test("record: a request that is aborted beforehand is none", async () => {
  const recorder = record((_, init) => Promise.reject(init!.signal!.reason));
  await assertRejects(() => recorder.fetch(URL_, { signal: AbortSignal.abort() }));
  assertEquals(await exchangesOf(recorder), []);
});

Deno.test("record: the cassette waits for what is in flight, and no longer than it is told", async () => {
  const source = fed();
  const recorder = record(() => Promise.resolve(new Response(source.body)));
  const text = recorder.fetch(URL_).then((response) => response.text());
  source.push("first");
  const early = await exchangesOf(recorder, 0);
  assertEquals(early.length, 1);
  assert(early[0]!.left !== undefined || early[0]!.response!.end!.left === true, "as far as it came");
  const late = exchangesOf(recorder);
  const patient = [3e9, Infinity].map((waitMs) => exchangesOf(recorder, waitMs));
  await new Promise((resolve) => setTimeout(resolve, 5));
  source.push(" and last");
  source.end();
  for (const [one] of await Promise.all([late, ...patient])) assertEquals(one!.response!.end!.left, undefined);
  assertEquals(await text, "first and last");
});

Deno.test("record: the same cassette is the same text", async () => {
  const recorder = record(() => Promise.resolve(Response.json({ b: 1, a: 2 }, { headers: { z: "1", c: "2" } })));
  await (await recorder.fetch(URL_, { headers: { range: "bytes=0-1", accept: "*/*" } })).text();
  const once = JSON.stringify(await recorder.cassette());
  assertEquals(JSON.stringify(await recorder.cassette()), once);
  assertEquals(Object.keys(JSON.parse(once).exchanges[0].request.headers), ["accept", "range"]);
});

Deno.test("record: misuse is a TypeError or a RangeError before anything is sent", async () => {
  assertThrows(() => record(undefined as never), TypeError, "pass a fetch function");
  assertThrows(() => record(fetch, { secrets: [""] }), TypeError, "secrets");
  assertThrows(() => record(fetch, { secrets: "x" as never }), TypeError, "secrets");
  assertThrows(() => record(fetch, { names: ["x" as never] }), TypeError, "names");
  await assertRejects(() => record(fetch).cassette({ waitMs: -1 }), RangeError);
  await assertRejects(() => record(fetch).cassette({ waitMs: "1" as never }), TypeError);
});

Deno.test("record: what an answer's secret is used for can be replayed, in a path, a header and a body", async () => {
  const token = "tok/3cr3t+0123456789";
  const ask = async (send: Fetch) => {
    const { token } = await (await send(`${URL_}/login`)).json();
    await send(`${URL_}/files?path=/tmp/${token}`, { headers: { "if-match": token } });
    await send(`${URL_}/x`, { method: "POST", body: `t=${encodeURIComponent(token)}` });
  };
  const recorder = record((input) =>
    Promise.resolve(String(input).endsWith("login") ? Response.json({ token }) : new Response())
  );
  await ask(recorder.fetch);
  const recorded = await recorder.cassette();
  assertEquals((recorded.exchanges[1] as Exchange).request.path, "/x/files?path=/tmp/***");
  await ask(replay(recorded));
});

Deno.test("record: a sandbox's id that cannot be decoded is sent as it is", async () => {
  const recorder = record((input) => Promise.resolve(new Response(String(input))));
  const url = "http://sandbox.test/kruise/%zz/80/x";
  assertEquals(await (await recorder.fetch(url)).text(), url);
  assertEquals((await exchangesOf(recorder))[0]!.request, {
    method: "GET",
    path: "/x",
    sandbox: "%zz",
    port: 80,
    headers: {},
  });
});

Deno.test("record: a runtime's own fetch, without a socket", async () => {
  await using runtime = await startLocalRuntime();
  const recorder = record(runtime.fetch);
  const options = { ...runtime.clientOptions(), fetch: recorder.fetch };
  assertEquals((await new RuntimeClient(options).commands.run("echo hello")).stdout, "hello\n");
  const answers = replay(await recorder.cassette());
  const again = new RuntimeClient({ ...options, fetch: answers });
  assertEquals((await again.commands.run("echo hello")).stdout, "hello\n");
});
