import { assert, assertEquals, assertRejects, assertStrictEquals, assertStringIncludes } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { NotFoundError } from "../../src/errors/not_found_error.ts";
import { SandboxError } from "../../src/errors/sandbox_error.ts";
import { TimeoutError } from "../../src/errors/timeout_error.ts";
import { FakeDaemon, notFound, unavailable } from "../process/fake_daemon.ts";
import { settle, until } from "../process/turns.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** A daemon that can end a process's input, and whose process ends when it is killed. */
function feeding(): FakeDaemon {
  const daemon = new FakeDaemon();
  daemon.closed = [];
  daemon.onStream = (stream) => void stream.start(7);
  daemon.onSignal = () => !!daemon.streams[0]!.end(137);
  return daemon;
}

for (
  const [code, error] of Object.entries({
    process_not_found: new NotFoundError("Cannot find theirs", { code: "process_not_found" }),
    invalid_argument: new SandboxError("Cannot use theirs", { code: "invalid_argument" }),
  })
) {
  Deno.test(`run() rejects with an error of its input's source, also a SandboxError of code ${code}`, async () => {
    const daemon = feeding();
    async function* source() {
      yield await Promise.resolve(bytes("some"));
      throw error;
    }
    assertStrictEquals(await assertRejects(() => daemon.client().commands.run(["cat"], { stdin: source() })), error);
    assertEquals(daemon.inputs, ["some"]);
    assertEquals([daemon.closed, daemon.calls.at(-1)], [[], "KillTree"]);
  });
}

Deno.test("run() does not mind a process that takes no more of its input", async () => {
  // As recorded: wire: process-stdin-false.
  const closed = () =>
    Response.json({ code: "internal", message: "error writing to stdin: stdin not enabled or closed" }, {
      status: 500,
    });
  for (const answer of [notFound, closed]) {
    const daemon = feeding();
    daemon.onCall = (method) => {
      if (method !== "SendInput") return;
      queueMicrotask(() => daemon.streams[0]!.stdout("enough").end());
      return answer();
    };
    const { stdout } = await daemon.client().commands.run(["head", "-c0"], { stdin: "input" });
    assertEquals(stdout, "enough");
    assertEquals(daemon.trees, []);
  }
});

Deno.test("run() rejects, and kills, where its input cannot be sent", async () => {
  const daemon = feeding();
  daemon.onCall = (method) => method === "SendInput" ? unavailable() : undefined;
  const run = daemon.client().commands.run(["cat"], { stdin: "input" });
  assertEquals((await assertRejects(() => run, SandboxError)).status, 503);
  assertEquals(daemon.calls.at(-1), "KillTree");
});

Deno.test("run() rejects, and kills, where a gateway refuses its input as an invalid argument", async () => {
  for (const refused of ["SendInput", "CloseStdin"]) {
    const daemon = feeding();
    daemon.onCall = (method) =>
      method === refused && daemon.calls.includes("Start")
        ? new Response("invalid sandbox port: 0", { status: 400 })
        : undefined;
    daemon.onSignal = () => {
      daemon.streams[0]!.end(137);
      return true;
    };
    const run = daemon.client().commands.run(["cat"], { stdin: "input" });
    assertEquals((await assertRejects(() => run, SandboxError)).status, 400);
    assertEquals(daemon.calls.at(-1), "KillTree");
  }
});

Deno.test("run() waits for its input to be taken as long as that takes, and for its end no longer than a request", async () => {
  using time = new FakeTime();
  const daemon = feeding();
  const taken = Promise.withResolvers<void>();
  daemon.onCall = async (method) => {
    if (method === "SendInput") await taken.promise;
    if (method === "CloseStdin" && daemon.calls.includes("SendInput")) await new Promise(() => {});
  };
  const run = daemon.client({ requestTimeoutMs: 100 }).commands.run(["cat"], { stdin: "input" });
  const rejected = assertRejects(() => run, TimeoutError);
  await until(time, () => daemon.calls.includes("SendInput"));
  await time.tickAsync(100_000);
  assertEquals(daemon.calls.at(-1), "SendInput");
  taken.resolve();
  await until(time, () => daemon.calls.filter((call) => call === "CloseStdin").length === 2);
  await time.tickAsync(100);
  assertStringIncludes((await rejected).message, "Cannot close the input of process 7");
});

Deno.test("run() cancels the stream of its input where its start is refused", async () => {
  const daemon = feeding();
  daemon.onCall = (method) => method === "Start" ? unavailable() : undefined;
  const cancelled = Promise.withResolvers<unknown>();
  const stdin = new ReadableStream<Uint8Array>({ cancel: cancelled.resolve });
  const error = await assertRejects(() => daemon.client().commands.run(["cat"], { stdin }), SandboxError);
  assertStrictEquals(await cancelled.promise, error);
  assert(!stdin.locked);
});

Deno.test("run() cancels the stream of its input where the daemon does not tell whether it can end an input", async () => {
  const daemon = feeding();
  daemon.onCall = (method) => method === "CloseStdin" ? unavailable() : undefined;
  const cancelled = Promise.withResolvers<unknown>();
  const stdin = new ReadableStream<Uint8Array>({ cancel: cancelled.resolve });
  const error = await assertRejects(() => daemon.client().commands.run(["cat"], { stdin }), SandboxError);
  assertStrictEquals(await cancelled.promise, error);
  assertEquals([stdin.locked, daemon.calls], [false, ["CloseStdin"]]);
});

Deno.test("run() cancels the stream of its input where it is misused", async () => {
  const cancelled = Promise.withResolvers<unknown>();
  const stdin = new ReadableStream<Uint8Array>({ cancel: cancelled.resolve });
  const run = new FakeDaemon().client().commands.run(["cat"], { stdin, envs: { "a=b": "c" } });
  assertStrictEquals(await cancelled.promise, await assertRejects(() => run, TypeError));
});

Deno.test("start() with an aborted signal cancels the stream of its input", async () => {
  const daemon = feeding();
  const reason = new Error("never mind");
  const cancelled = Promise.withResolvers<unknown>();
  const stdin = new ReadableStream<Uint8Array>({ cancel: cancelled.resolve });
  const start = daemon.client().commands.start(["cat"], { stdin, signal: AbortSignal.abort(reason) });
  assertStrictEquals(await assertRejects(() => start), reason);
  assertStrictEquals(await cancelled.promise, reason);
  assertEquals(daemon.calls, []);
});

Deno.test("run() kills its command where a stream of input gives something else than bytes, and cancels that", async () => {
  const daemon = feeding();
  const cancelled = Promise.withResolvers<unknown>();
  const stdin = new ReadableStream({ start: (own) => own.enqueue("text"), cancel: cancelled.resolve });
  const run = daemon.client().commands.run(["cat"], { stdin });
  await assertRejects(() => run, TypeError, "a stream must give Uint8Array");
  await cancelled.promise;
  assertEquals([daemon.calls.at(-1), daemon.inputs], ["KillTree", []]);
});

Deno.test("run() that is aborted while its input flows cancels the source", async () => {
  using time = new FakeTime();
  const daemon = feeding();
  const cancelled = Promise.withResolvers<unknown>();
  const stdin = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(bytes("some")),
    cancel: cancelled.resolve,
  });
  const controller = new AbortController();
  const reason = new Error("enough");
  const run = assertRejects(() => daemon.client().commands.run(["cat"], { stdin, signal: controller.signal }));
  await settle(time);
  assertEquals(daemon.inputs, ["some"]);
  controller.abort(reason);
  assertStrictEquals(await run, reason);
  await cancelled.promise;
  assertEquals(daemon.closed, []);
});

Deno.test("run() cancels the stream of its input where it kills a command whose stream makes no sense", async () => {
  const daemon = feeding();
  daemon.onStream = (stream) => void stream.start(7).start(8);
  const cancelled = Promise.withResolvers<unknown>();
  const stdin = new ReadableStream<Uint8Array>({ cancel: cancelled.resolve });
  const error = await assertRejects(() => daemon.client().commands.run(["cat"], { stdin }), SandboxError);
  assertEquals(error.code, "protocol");
  await cancelled.promise;
});
