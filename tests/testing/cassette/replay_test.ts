import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { isSandboxError, RuntimeClient } from "../../../mod.ts";
import { type Replay, replay } from "../../../src/testing/mod.ts";
import { counted } from "../../connection/counted_signal.ts";
import { cassette, exchange } from "./exchanges.ts";

const URL_ = "http://sandbox.test";

async function get(answers: Replay, path: string = "/x", init?: RequestInit): Promise<string> {
  return await (await answers(URL_ + path, init)).text();
}

Deno.test("replay: an answer is what it was", async () => {
  const answers = replay(cassette(exchange({}, {
    status: 206,
    statusText: "Part",
    headers: { "content-range": "bytes 0-3/9" },
    body: [{ ms: 0, data: "é" }, { ms: 0, data: [{ base64: "AP8=" }, "z"] }],
  })));
  const response = await answers(`${URL_}/x`);
  assertEquals([response.status, response.statusText, response.ok], [206, "Part", true]);
  assertEquals([response.url, response.headers.get("content-range")], [`${URL_}/x`, "bytes 0-3/9"]);
  const bytes = new Uint8Array(await response.arrayBuffer());
  assertEquals(bytes, new Uint8Array([0xc3, 0xa9, 0, 255, 0x7a]));
});

Deno.test("replay: answers without a body, and statuses that none can be made with", async () => {
  for (const status of [204, 304, 101, 0]) {
    const response = await replay(cassette({
      request: { method: "GET", path: "/x", headers: {} },
      response: { ms: 0, status, headers: {}, ...(status === 0 && { type: "opaqueredirect" }) },
    }))(`${URL_}/x`);
    assertEquals([response.status, response.body, response.ok], [status, null, status === 204]);
    assertEquals(response.type, status === 0 ? "opaqueredirect" : "default");
  }
});

Deno.test("replay: equal requests are answered in recorded order, those at the same time too", async () => {
  const answers = replay(
    cassette(exchange({}, "1"), exchange({ path: "/y" }, "y"), exchange({}, "2"), exchange({}, "3")),
  );
  assertEquals(await Promise.all([get(answers), get(answers), get(answers)]), ["1", "2", "3"]);
  assertEquals(answers.unused(), [{ index: 1, method: "GET", path: "/y" }]);
  assertEquals(await get(answers, "/y"), "y");
  assertEquals(answers.unused(), []);
});

Deno.test("replay: each replay begins anew", async () => {
  const one = cassette(exchange({}));
  assertEquals(await get(replay(one)), "ok");
  assertEquals(await get(replay(one)), "ok");
});

Deno.test("replay: method, query, range, type, account, port and body tell requests apart", async () => {
  const answers = replay(cassette(
    exchange({ method: "POST" }, "posted"),
    exchange({ path: "/x?a=1" }, "query"),
    exchange({ headers: { range: "bytes=0-1" } }, "range"),
    exchange({ method: "POST", headers: { "content-type": "a/b" }, body: "" }, "type"),
    exchange({ account: "node", headers: { authorization: "***" } }, "account"),
    exchange({ port: 8080 }, "port"),
    exchange({ method: "POST", body: "one" }, "one"),
    exchange({ method: "POST", body: { base64: btoa("two") } }, "two"),
    exchange({}, "plain"),
  ));
  assertEquals(await get(answers), "plain");
  assertEquals(await get(answers, "/x", { headers: { authorization: `Basic ${btoa("node:")}` } }), "account");
  assertEquals(await get(answers, "/x", { headers: { "e2b-sandbox-port": "8080" } }), "port");
  assertEquals(await get(answers, "/x", { headers: { range: "bytes=0-1" } }), "range");
  assertEquals(await get(answers, "/x?a=1"), "query");
  assertEquals(await get(answers, "/x", { method: "POST" }), "posted");
  assertEquals(await get(answers, "/x", { method: "POST", body: "", headers: { "content-type": "a/b" } }), "type");
  const raw = (body: string) => get(answers, "/x", { method: "POST", body: new TextEncoder().encode(body) });
  assertEquals([await raw("two"), await raw("one")], ["two", "one"]);
});

Deno.test("replay: the host, the routing and the sandbox's id may be others", async () => {
  const recorded = cassette(
    exchange({ sandbox: "default--one" }, "one"),
    exchange({ sandbox: "default--two" }, "two"),
    exchange({ sandbox: "default--one" }, "one again"),
  );
  const by: Readonly<Record<string, (answers: Replay, id: string) => Promise<string>>> = {
    header: (answers, id) => get(answers, "/x", { headers: { "e2b-sandbox-id": id, "e2b-sandbox-port": "49983" } }),
    path: (answers, id) => get(answers, `/kruise/${id}/49983/x`),
    host: async (answers, id) => await (await answers(`https://49983-${id}.gateway.test/x`)).text(),
  };
  for (const ask of Object.values(by)) {
    const answers = replay(recorded);
    assertEquals(await ask(answers, "a"), "one");
    assertEquals(await ask(answers, "b"), "two", "a second sandbox is not the first one");
    assertEquals(await ask(answers, "a"), "one again");
  }
  const straight = replay(recorded);
  assertEquals([await get(straight), await get(straight), await get(straight)], ["one", "two", "one again"]);
});

Deno.test("replay: names made anew in each run are known by what they stand for", async () => {
  const [a, b] = [crypto.randomUUID(), crypto.randomUUID()];
  const recorded = cassette(
    exchange({ path: `/make?name=${a}` }, `made ${a}`),
    exchange({ path: `/make?name=${b}` }, `made ${b}`),
    exchange({ path: `/look?name=${b}` }, { body: [{ ms: 0, data: b.slice(0, 9) }, { ms: 0, data: b.slice(9) }] }),
    exchange({ path: `/look?name=${a}` }, { headers: { "x-name": a }, body: [] }),
  );
  const [one, two] = [crypto.randomUUID(), crypto.randomUUID()];
  const answers = replay(recorded);
  assertEquals(await get(answers, `/make?name=${one}`), `made ${one}`);
  assertEquals(await get(answers, `/make?name=${two}`), `made ${two}`);
  assertEquals((await answers(`${URL_}/look?name=${one}`)).headers.get("x-name"), one);
  assertEquals(await get(answers, `/look?name=${two}`), two);
  // A name that stays is the one that was recorded, whatever comes before it.
  const fixed = replay(recorded);
  assertEquals(await get(fixed, `/make?name=${b}`), `made ${b}`);
  assertEquals(await get(fixed, `/make?name=${a}`), `made ${a}`);
});

Deno.test("replay: names of one's own", async () => {
  const recorded = cassette(exchange({ path: "/out-1700000000000.txt" }, "wrote out-1700000000000.txt"));
  await assertRejects(() => replay(recorded)(`${URL_}/out-1800000000000.txt`));
  const answers = replay(recorded, { names: [/out-\d{13}/] });
  assertEquals(await get(answers, "/out-1800000000000.txt"), "wrote out-1800000000000.txt");
});

Deno.test("replay: the boundary of a form may be another one", async () => {
  const part = (boundary: string) =>
    `--${boundary}\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n--${boundary}--\r\n`;
  const recorded = exchange({
    method: "POST",
    headers: { "content-type": "multipart/form-data; boundary=----formdata-1234567890" },
    body: part("----formdata-1234567890"),
  });
  const headers = { "content-type": "multipart/form-data; boundary=----formdata-0987654321" };
  assertEquals(
    await get(replay(cassette(recorded)), "/x", { method: "POST", headers, body: part("----formdata-0987654321") }),
    "ok",
  );
});

Deno.test("replay: a secret may be another one, of another length", async () => {
  const body = `\x0a\x07program\x1a\x19${"\x0a\x0aMY_API_KEY\x12\x0b"}${"*".repeat(11)}`;
  const recorded = cassette(
    exchange({ method: "POST", headers: { "content-type": "application/proto" }, body }),
    exchange({ method: "POST", headers: { "content-type": "text/plain" }, body: "token ********** end" }),
  );
  const answers = replay(recorded, { secrets: ["my-word"] });
  const mine = `\x0a\x07program\x1a\x14${"\x0a\x0aMY_API_KEY\x12\x06"}dummy!`;
  const post = (type: string, body: string) =>
    get(answers, "/x", { method: "POST", headers: { "content-type": type }, body });
  assertEquals(await post("application/proto", mine), "ok");
  assertEquals(await post("text/plain", "token my-word end"), "ok");
});

Deno.test("replay: what came after a request was sent comes after it again", async () => {
  const answers = replay(cassette(
    exchange({}, {
      body: [{ ms: 0, data: "before " }, { ms: 0, sent: 1, data: "after " }],
      end: { ms: 0, sent: 2 },
    }),
    exchange({ path: "/signal" }),
    exchange({ path: "/last" }),
  ));
  const seen: string[] = [];
  const read = async () => {
    for await (const part of (await answers(`${URL_}/x`)).body!) seen.push(new TextDecoder().decode(part));
    seen.push("end");
  };
  const reading = read();
  for (let i = 0; i < 50; i++) await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals(seen, ["before "]);
  seen.push("signal ");
  await get(answers, "/signal");
  for (let i = 0; i < 50; i++) await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals(seen, ["before ", "signal ", "after "]);
  await get(answers, "/last");
  await reading;
  assertEquals(seen.at(-1), "end");
});

Deno.test("replay: a request that never comes is not waited for for ever", async () => {
  const answers = replay(
    cassette(
      exchange({}, { body: [{ ms: 0, sent: 1, data: "1" }, { ms: 0, sent: 2, data: "2" }], end: { ms: 0, sent: 2 } }),
      exchange({ path: "/never" }),
      exchange({ path: "/never" }),
    ),
    { patienceMs: 20 },
  );
  assertEquals(await get(answers), "12");
});

Deno.test("replay: speed", async () => {
  const minute = 60_000;
  const recorded = cassette(exchange({}, {
    ms: minute,
    body: [{ ms: minute, data: "1" }, { ms: 2 * minute, data: "2" }],
    end: { ms: 2 * minute },
  }));
  const timed = async (speed?: number) => {
    const started = performance.now();
    assertEquals(await get(replay(recorded, { speed })), "12");
    return performance.now() - started;
  };
  // Timers may be a little early.
  assert(await timed(1_000) >= 178);
  assert(await timed(2_000) >= 88);
  assert(await timed() < minute);
  for (const speed of [0, -1, NaN]) assertThrows(() => replay(recorded, { speed }), RangeError, "speed");
  assertThrows(() => replay(recorded, { speed: "1" as never }), TypeError, "speed");
  assertThrows(() => replay(recorded, { patienceMs: -1 }), RangeError, "patienceMs");
});

Deno.test("replay: slower than recorded, patience begins where the time is over that something takes now", async () => {
  const timed = async (...exchanges: readonly unknown[]) => {
    const started = performance.now();
    await get(replay(cassette(...exchanges), { speed: 0.5, patienceMs: 150 })).catch(() => {});
    return performance.now() - started;
  };
  const awaited = exchange({}, { body: [{ ms: 100, sent: 1, data: "x" }], end: { ms: 100, sent: 1 } });
  const left = exchange({}, { body: [], end: { ms: 100, left: true } });
  // Timers may be a little early.
  assert(await timed(awaited, exchange({ path: "/signal" })) >= 345);
  assert(await timed(left) >= 345);
});

Deno.test("replay: clocks that a test has put in place of the real ones may stand still", async () => {
  const { setTimeout, clearTimeout } = globalThis;
  globalThis.setTimeout = (() => 0) as never;
  globalThis.clearTimeout = () => {};
  try {
    assertEquals(await get(replay(cassette(exchange({})))), "ok");
  } finally {
    Object.assign(globalThis, { setTimeout, clearTimeout });
  }
});

Deno.test("replay: a failure is of the same kind, for a client too", async () => {
  const request = { method: "GET", path: "/health", headers: {} };
  const cause = { name: "Error", message: "connect ECONNREFUSED sandbox", code: "ECONNREFUSED" };
  const recorded = cassette({ request, error: { ms: 0, name: "TypeError", message: "fetch failed", cause } });
  const error = await assertRejects(() => replay(recorded)(`${URL_}/health`));
  assertInstanceOf(error, TypeError);
  assertInstanceOf(error.cause, Error);
  assertEquals((error.cause as Error & { code: string }).code, "ECONNREFUSED");
  const sandbox = new RuntimeClient({ sandboxBaseUrl: URL_, retry: false, fetch: replay(recorded) });
  assertEquals(await sandbox.health(), false);
  const dom = cassette({ request, error: { ms: 0, name: "TimeoutError", message: "late" } });
  assertInstanceOf(await assertRejects(() => replay(dom)(`${URL_}/health`)), DOMException);
});

Deno.test("replay: a body that broke breaks again, where it did", async () => {
  const answers = replay(cassette(exchange({}, {
    body: [{ ms: 0, data: "half" }],
    end: { ms: 0, error: { name: "TypeError", message: "terminated" } },
  })));
  const reader = (await answers(`${URL_}/x`)).body!.getReader();
  assertEquals(new TextDecoder().decode((await reader.read()).value), "half");
  const error = await assertRejects(() => reader.read());
  assertInstanceOf(error, TypeError);
  assertEquals(error.message, "terminated");
});

Deno.test("replay: an answer that was left goes on until its caller leaves, or patience ends", async () => {
  const recorded = cassette(
    exchange({}, { body: [{ ms: 0, data: "half" }], end: { ms: 0, left: true } }),
    exchange({}, { body: [{ ms: 0, data: "half" }], end: { ms: 0, left: true } }),
  );
  const answers = replay(recorded, { patienceMs: 20 });
  const controller = new AbortController();
  const reason = new Error("mine");
  const reader = (await answers(`${URL_}/x`, { signal: controller.signal })).body!.getReader();
  await reader.read();
  const rest = reader.read();
  controller.abort(reason);
  assertEquals(await assertRejects(() => rest), reason);
  const error = await assertRejects(() => get(answers));
  assert(isSandboxError(error, "unknown"));
  assert(error.message.includes("its caller went away here"), error.message);
});

Deno.test("replay: a request that was left before its answer waits for its caller to leave", async () => {
  const recorded = cassette({ request: { method: "GET", path: "/x", headers: {} }, left: { ms: 0 } });
  const controller = new AbortController();
  const pending = replay(recorded)(`${URL_}/x`, { signal: controller.signal });
  const reason = new Error("mine");
  controller.abort(reason);
  assertEquals(await assertRejects(() => pending), reason);
});

Deno.test("replay: an aborted signal uses nothing, and a later abort ends the answer", async () => {
  const answers = replay(cassette(exchange({}, { body: [{ ms: 0, data: "1" }, { ms: 0, data: "2" }] })));
  const reason = new Error("mine");
  assertEquals(await assertRejects(() => answers(`${URL_}/x`, { signal: AbortSignal.abort(reason) })), reason);
  assertEquals(answers.unused().length, 1);
  const controller = new AbortController();
  const reader = (await answers(`${URL_}/x`, { signal: controller.signal })).body!.getReader();
  await reader.read();
  controller.abort(reason);
  assertEquals(await assertRejects(() => reader.read()), reason);
});

Deno.test("replay: an upload that was cut short is answered without its end, and its source is given up", async () => {
  const recorded = cassette(exchange({ method: "POST", body: { cut: true } }, { status: 401, body: [] }));
  let cancelled: unknown;
  const body = new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(1)),
    cancel: (reason) => void (cancelled = reason ?? "given up"),
  });
  const init: RequestInit & { duplex: "half" } = { method: "POST", body, duplex: "half" };
  assertEquals((await replay(recorded)(`${URL_}/x`, init)).status, 401);
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setTimeout(resolve, 0));
  assert(cancelled !== undefined);
});

Deno.test("replay: a source that fails, fails the request", async () => {
  const mine = new Error("mine");
  const body = new ReadableStream({ pull: (controller) => controller.error(mine) });
  const init: RequestInit & { duplex: "half" } = { method: "POST", body, duplex: "half" };
  const answers = replay(cassette(exchange({ method: "POST", body: "whole" })));
  assertEquals(await assertRejects(() => answers(`${URL_}/x`, init)), mine);
});

Deno.test("replay: it says what was asked, what is nearest, and what to do", async () => {
  const recorded = cassette(
    exchange({ method: "POST", path: "/start", body: "echo hello" }),
    exchange({ path: "/files?path=a" }),
  );
  const refusal = async (answers: Replay, path: string, init?: RequestInit) => {
    const error = await assertRejects(() => answers(URL_ + path, init));
    assert(isSandboxError(error, "unknown"), `${error}`);
    assert(error.hint?.includes("Record the cassette anew"), error.hint);
    return error.message;
  };
  const answers = replay(recorded);
  const post = (body: string) => ({ method: "POST", body: new TextEncoder().encode(body) });
  assertEquals(
    await refusal(answers, "/start", post("echo hullo")),
    "Cannot replay POST /start: its body is not in the cassette. The nearest is exchange 0: " +
      'recorded "echo hello", now "echo hullo"',
  );
  assertEquals(
    await refusal(answers, "/files?path=b"),
    "Cannot replay GET /files?path=b: it is not in the cassette. The nearest is exchange 1: " +
      'recorded "GET /files?path=a", now "GET /files?path=b"',
  );
  await answers(`${URL_}/start`, post("echo hello"));
  assertEquals(
    await refusal(answers, "/start", post("echo hello")),
    "Cannot replay POST /start: it is in the cassette once, and was asked for already",
  );
  assertEquals(await refusal(replay(cassette()), "/x"), "Cannot replay GET /x: the cassette is empty");
  const secret = "a-s3cret-token";
  const message = await refusal(replay(recorded), `/start?token=${secret}`, {
    ...post(`with ${secret}`),
    headers: { "x-access-token": secret },
  });
  assert(!message.includes(secret), message);
});

Deno.test("replay: a client passes on what is not in the cassette, at once", async () => {
  const sandbox = new RuntimeClient({ sandboxBaseUrl: URL_, fetch: replay(cassette()) });
  for (const call of [() => sandbox.commands.run("x"), () => sandbox.files.read("/x"), () => sandbox.commands.list()]) {
    const error = await assertRejects(call);
    assert(isSandboxError(error, "unknown"), `${error}`);
    assert(error.message.startsWith("Cannot replay "), error.message);
  }
});

Deno.test("replay: an answer comes as from a network, not in the turn that asks", async () => {
  const order: string[] = [];
  setTimeout(() => order.push("what waited before"), 0);
  await get(replay(cassette(exchange({}))));
  order.push("the answer");
  assertEquals(order, ["what waited before", "the answer"]);
});

Deno.test("replay: the caller's signal is let go, however an answer ends", async () => {
  const broken = { ms: 0, error: { name: "Error", message: "reset" } };
  const ends: Readonly<Record<string, (answers: Replay, init: RequestInit) => Promise<unknown>>> = {
    "read to its end": (answers, init) => get(answers, "/x", init),
    "cancelled": async (answers, init) => await (await answers(`${URL_}/x`, init)).body!.cancel(),
    "without a body": (answers, init) => answers(`${URL_}/none`, init),
    "refused": (answers, init) => assertRejects(() => answers(`${URL_}/refused`, init)),
    "broken": (answers, init) => assertRejects(() => get(answers, "/broken", init)),
    "not in the cassette": (answers, init) => assertRejects(() => answers(`${URL_}/other`, init)),
  };
  for (const [end, ask] of Object.entries(ends)) {
    const { signal, listeners } = counted();
    const answers = replay(cassette(
      exchange({}),
      { request: { method: "GET", path: "/none", headers: {} }, response: { ms: 0, status: 204, headers: {} } },
      { request: { method: "GET", path: "/refused", headers: {} }, error: { ms: 0, name: "TypeError", message: "" } },
      exchange({ path: "/broken" }, { body: [], end: broken }),
    ));
    await ask(answers, { signal });
    assertEquals(listeners(), 0, end);
  }
});
