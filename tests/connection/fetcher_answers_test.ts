import { assertEquals, assertLess, assertRejects, assertStrictEquals, assertStringIncludes } from "@std/assert";
import type { RequestEvent, ResponseEvent } from "../../src/options.ts";
import { SandboxError } from "../../src/errors/sandbox_error.ts";
import { CALL, FakeFetch, fetcherOf, NOT_READY, OK, RESET, text } from "./fake_fetch.ts";

const TOKEN = "very-secret-value";

/** Collects events, without the time that a request took. */
function observed(): {
  options: { onRequest(event: RequestEvent): void; onResponse(event: ResponseEvent): void };
  seen: unknown[];
} {
  const seen: unknown[] = [];
  return {
    seen,
    options: {
      onRequest: (event) => void seen.push(["request", event]),
      onResponse: ({ durationMs, error, ...event }) => {
        const timed = durationMs >= 0 && durationMs < 60_000;
        seen.push([timed ? "response" : durationMs, { ...event, ...(error && { error: error.code }) }]);
      },
    },
  };
}

Deno.test("Fetcher.send() tells observers of every attempt, counted from 1, and of errors", async () => {
  const { options, seen } = observed();
  const fetcher = fetcherOf(new FakeFetch(NOT_READY, RESET, OK), { ...options, runtimeToken: TOKEN });
  await (await fetcher.send({ ...CALL, path: "/files?path=a", repeat: "idempotent" })).text();
  const common = { operation: "files.read", method: "GET", url: "http://sandbox.test/files?path=a" };
  assertEquals(seen, [
    ["request", { ...common, attempt: 1 }],
    ["response", { ...common, attempt: 1, status: 503, error: "gateway_not_ready" }],
    ["request", { ...common, attempt: 2 }],
    ["response", { ...common, attempt: 2, error: "network" }],
    ["request", { ...common, attempt: 3 }],
    ["response", { ...common, attempt: 3, status: 200 }],
  ]);
  assertEquals(JSON.stringify(seen).includes(TOKEN), false);
});

Deno.test("Fetcher.send() tells observers of a request that was aborted", async () => {
  const { options, seen } = observed();
  const controller = new AbortController();
  const reason = new SandboxError("too slow", { code: "request_timeout" });
  const fake = new FakeFetch(({ init }) => {
    controller.abort(reason);
    return Promise.reject(init.signal!.reason);
  });
  const error = await assertRejects(() => fetcherOf(fake, options).send({ ...CALL, signal: controller.signal }));
  assertStrictEquals(error, reason);
  assertEquals(
    seen.map((event) => (event as [string, ResponseEvent])[1].error),
    [undefined, "request_timeout"] as unknown[],
  );
});

Deno.test("Fetcher.send() ignores what observers throw", async () => {
  const throws = () => {
    throw new Error("theirs");
  };
  const fetcher = fetcherOf(new FakeFetch(NOT_READY, OK), { onRequest: throws, onResponse: throws });
  assertEquals(await (await fetcher.send(CALL)).text(), "fine");
});

Deno.test("Fetcher.send() takes a good answer of another type for no daemon's", async () => {
  for (const [type, found] of [["text/html; charset=utf-8", "text/html"], [null, "of no type"]] as const) {
    let cancelled = false;
    const answer = () => {
      const body = new ReadableStream({ cancel: () => void (cancelled = true) });
      return new Response(body, { headers: type === null ? {} : { "content-type": type } });
    };
    const fetcher = fetcherOf(new FakeFetch(answer), { sandboxId: "default--s" });
    const error = await assertRejects(() => fetcher.send({ ...CALL, accept: "application/proto" }), SandboxError);
    assertEquals([error.code, error.status, cancelled], ["protocol", 200, true]);
    assertStringIncludes(error.message, found);
    assertStringIncludes(error.message, "not application/proto");
  }
});

Deno.test("Fetcher.send() compares the type of an answer without its parameters and letter case", async () => {
  const answer = new Response("{}", { headers: { "content-type": "Application/JSON; charset=utf-8" } });
  await (await fetcherOf(new FakeFetch(answer)).send({ ...CALL, accept: "application/json" })).text();
});

Deno.test("Fetcher.send() reads no more of an error than it needs, and cancels the rest", async () => {
  let pulled = 0;
  let cancelled = false;
  const answer = () =>
    new Response(
      new ReadableStream({
        pull(controller) {
          pulled += 10_000;
          controller.enqueue(new TextEncoder().encode("x".repeat(10_000)));
        },
        cancel: () => void (cancelled = true),
      }),
      { status: 500 },
    );
  const error = await assertRejects(() => fetcherOf(new FakeFetch(answer)).send(CALL), SandboxError);
  assertEquals([error.code, error.status, cancelled], ["internal", 500, true]);
  assertLess(pulled, 100_000);
  assertLess(error.message.length, 1_000);
});

Deno.test("Fetcher.send() makes an error of an answer whose body breaks", async () => {
  const answer = () =>
    new Response(new ReadableStream({ pull: (controller) => controller.error(new Error("reset")) }), { status: 502 });
  const error = await assertRejects(() => fetcherOf(new FakeFetch(answer)).send(CALL), SandboxError, "HTTP 502");
  assertEquals([error.code, error.status], ["network", 502]);
});

Deno.test("Fetcher.send() names the call, the sandbox and a hint in an error", async () => {
  const fetcher = fetcherOf(new FakeFetch(text(502, "healthy sandbox not found: default--s")));
  const error = await assertRejects(() => fetcher.send({ ...CALL, sandboxId: "default--s" }), SandboxError);
  assertEquals(error.message, "Cannot read it: healthy sandbox not found: default--s");
  assertEquals([error.sandboxId, error.status], ["default--s", 502]);
  assertStringIncludes(error.hint!, "resume it");
});

Deno.test("Fetcher.send() gives the error of a custom fetch that is one of ours as it is, and tells of it", async () => {
  const own = new SandboxError("no tape", { code: "unknown" });
  const { options, seen } = observed();
  const error = await assertRejects(() => fetcherOf(new FakeFetch(own), options).send(CALL));
  assertStrictEquals(error, own);
  assertEquals(seen.length, 2);
});
