import { assert, assertEquals, assertGreater, assertGreaterOrEqual, assertLess, assertRejects } from "@std/assert";
import type { HttpCall } from "../../src/connection/fetcher.ts";
import { SandboxError } from "../../src/errors/sandbox_error.ts";
import { SandboxNotRunningError } from "../../src/errors/sandbox_not_running_error.ts";
import { CALL, copy, FakeFetch, fetcherOf, NOT_READY, OK, REFUSED, RESET, text, UNAVAILABLE } from "./fake_fetch.ts";

const POST: HttpCall = { ...CALL, method: "POST", body: Uint8Array.of(1) };
const IDEMPOTENT: HttpCall = { ...CALL, repeat: "idempotent" };

Deno.test("Fetcher.send() tries again where nothing can have run, whatever the call", async () => {
  for (const first of [NOT_READY, REFUSED]) {
    for (const call of [POST, { ...POST, repeat: "if-nothing-ran" }, IDEMPOTENT] as const) {
      const fake = new FakeFetch(first, first, OK);
      assertEquals(await (await fetcherOf(fake).send(call)).text(), "fine");
      assertEquals(fake.sent.length, 3);
    }
  }
});

Deno.test("Fetcher.send() gives up on a gateway that is not ready after gatewayMs", async () => {
  for (const [answer, code] of [[NOT_READY, "gateway_not_ready"], [REFUSED, "network"]] as const) {
    const fake = new FakeFetch(answer);
    const started = performance.now();
    const error = await assertRejects(() => fetcherOf(fake, { retry: { gatewayMs: 200 } }).send(POST), SandboxError);
    assertEquals([error.code, error.retryable], [code, true]);
    assertGreater(fake.sent.length, 1);
    // Pauses double from 50 ms and lose half at most: there is no room for more.
    assertLess(fake.sent.length, 6);
    assertLess(performance.now() - started, 5_000);
  }
});

Deno.test("Fetcher.send() tries once with gatewayMs 0", async () => {
  const fake = new FakeFetch(NOT_READY);
  await assertRejects(() => fetcherOf(fake, { retry: { gatewayMs: 0 } }).send(IDEMPOTENT), SandboxNotRunningError);
  assertEquals(fake.sent.length, 1);
});

Deno.test("Fetcher.send() repeats an idempotent call after network errors, `attempts` times", async () => {
  for (const failure of [RESET, UNAVAILABLE, text(504, "upstream request timeout")]) {
    const fake = new FakeFetch(failure, failure, OK);
    assertEquals(await (await fetcherOf(fake).send(IDEMPOTENT)).text(), "fine");

    for (const attempts of [0, 1, 2]) {
      const failing = new FakeFetch(failure);
      const fetcher = fetcherOf(failing, { retry: { attempts } });
      const error = await assertRejects(() => fetcher.send(IDEMPOTENT), SandboxError);
      assertEquals([error.code, error.retryable, failing.sent.length], ["network", true, attempts + 1]);
    }
  }
});

Deno.test("Fetcher.send() does not repeat what may have run", async () => {
  for (const failure of [RESET, UNAVAILABLE]) {
    for (const call of [POST, { ...POST, repeat: "if-nothing-ran" }, { ...POST, repeat: "never" }] as const) {
      const fake = new FakeFetch(failure, OK);
      const error = await assertRejects(() => fetcherOf(fake).send(call), SandboxError);
      assertEquals([error.code, fake.sent.length], ["network", 1]);
    }
  }
});

Deno.test("Fetcher.send() does not repeat an idempotent call that was answered", async () => {
  for (
    const [answer, code] of [
      [text(502, "healthy sandbox not found: s"), "sandbox_not_running"],
      [text(502, "sandbox not found: s"), "sandbox_not_found"],
      [text(500, "failed"), "internal"],
      [Response.json({ code: 404, message: "path '/x' does not exist" }, { status: 404 }), "file_not_found"],
    ] as const
  ) {
    const fake = new FakeFetch(answer, OK);
    const error = await assertRejects(() => fetcherOf(fake).send(IDEMPOTENT), SandboxError);
    assertEquals([error.code, fake.sent.length], [code, 1]);
  }
});

Deno.test("Fetcher.send() never repeats a stream or a call that says so", async () => {
  for (const failure of [NOT_READY, REFUSED, RESET]) {
    const stream = () => ({ ...POST, body: new Blob(["x"]).stream(), repeat: "idempotent" }) as const;
    for (const call of [stream(), { ...CALL, repeat: "never" } as const]) {
      const fake = new FakeFetch(failure, OK);
      await assertRejects(() => fetcherOf(fake).send(call), SandboxError);
      assertEquals(fake.sent.length, 1);
    }
  }
});

Deno.test("Fetcher.send() repeats nothing with retry: false", async () => {
  for (const failure of [NOT_READY, REFUSED, RESET]) {
    const fake = new FakeFetch(failure, OK);
    await assertRejects(() => fetcherOf(fake, { retry: false }).send(IDEMPOTENT), SandboxError);
    assertEquals(fake.sent.length, 1);
  }
});

Deno.test("Fetcher.send() repeats a read whose body was cut, with the same consumer", async () => {
  const cut = () =>
    new Response(new ReadableStream({ pull: (controller) => controller.error(new TypeError("terminated")) }));
  const fake = new FakeFetch(cut, OK);
  assertEquals(await fetcherOf(fake).send(IDEMPOTENT, (response) => response.text()), "fine");
  const again = new FakeFetch(cut, OK);
  const error = await assertRejects(() => fetcherOf(again).send(POST, (response) => response.text()), SandboxError);
  assertEquals([error.code, again.sent.length], ["network", 1]);
});

Deno.test("Fetcher.send() guesses no reason where a refusal broke off before it was told", async () => {
  const refused = (status: number) => () =>
    new Response(new ReadableStream({ pull: (controller) => controller.error(new TypeError("terminated")) }), {
      status,
    });
  assertEquals(
    await fetcherOf(new FakeFetch(refused(401), OK)).send(IDEMPOTENT, (response) => response.text()),
    "fine",
  );
  for (const status of [401, 404, 503]) {
    const fake = new FakeFetch(refused(status), OK);
    const error = await assertRejects(() => fetcherOf(fake).send(POST), SandboxError);
    assertEquals([error.code, error.status, error.retryable, fake.sent.length], ["network", status, true, 1]);
  }
});

Deno.test("Fetcher.send() takes a consumer's own error as final", async () => {
  const fake = new FakeFetch(OK);
  const own = new SandboxError("too large", { code: "file_too_large", retryable: true });
  const error = await assertRejects(() => fetcherOf(fake).send(IDEMPOTENT, () => Promise.reject(own)));
  assertEquals([error === own, fake.sent.length], [true, 1]);
});

Deno.test("Fetcher.send() maps what a platform throws that calls its own errors retryable", async () => {
  const error = Object.assign(new Error("Network connection lost."), { retryable: true });
  const failed = await assertRejects(() => fetcherOf(new FakeFetch(error)).send(CALL), SandboxError);
  assertEquals([failed.code, failed.cause], ["network", error]);
});

Deno.test("Fetcher.send() ends its pauses with the signal, which need not cut the connection", async () => {
  const reason = new Error("enough");
  for (const which of ["signal", "pauseSignal"] as const) {
    const controller = new AbortController();
    const fake = new FakeFetch(() => {
      queueMicrotask(() => controller.abort(reason));
      return copy(NOT_READY);
    });
    const error = await assertRejects(() => fetcherOf(fake).send({ ...POST, [which]: controller.signal }));
    assert(error === reason);
    assertEquals([fake.sent.length, fake.sent[0]!.init.signal ?? undefined], [
      1,
      which === "signal" ? controller.signal : undefined,
    ]);
  }
});

Deno.test("Fetcher.send() sends nothing where it is aborted while a token is asked for", async () => {
  for (const which of ["signal", "pauseSignal"] as const) {
    const controller = new AbortController();
    const reason = new Error("enough");
    const fake = new FakeFetch(OK);
    const runtimeToken = () => {
      controller.abort(reason);
      return "abc";
    };
    const error = await assertRejects(() =>
      fetcherOf(fake, { runtimeToken }).send({ ...CALL, [which]: controller.signal })
    );
    assertEquals([error === reason, fake.sent.length], [true, 0]);
  }
});

Deno.test("Fetcher.send() waits longer each time", async () => {
  const times: number[] = [];
  const fake = new FakeFetch(() => {
    times.push(performance.now());
    return copy(NOT_READY);
  });
  await assertRejects(() => fetcherOf(fake, { retry: { gatewayMs: 700 } }).send(POST), SandboxError);
  const pauses = times.slice(1).map((time, index) => time - times[index]!);
  pauses.forEach((pause, index) => assertGreaterOrEqual(pause, 50 * 2 ** index * 0.5 - 2));
  assertGreaterOrEqual(pauses.length, 3);
});
