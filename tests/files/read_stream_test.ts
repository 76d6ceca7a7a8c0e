import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { isSandboxError, NotFoundError, OutputLimitError, SandboxError } from "../../mod.ts";
import { fakeFiles, filesOf, httpError, serve } from "./tools.ts";

const PIECE = new Uint8Array(64 * 1024).fill(97);

/** A clock for `performance.now()` that goes with fake time. */
function fakeClock(time: FakeTime): Disposable {
  const real = performance.now;
  performance.now = () => time.now;
  return { [Symbol.dispose]: () => void (performance.now = real) };
}

Deno.test("Filesystem.readStream() gives what is there before the rest has come", async () => {
  const more = Promise.withResolvers<void>();
  await using server = await serve(async (_request, response) => {
    response.writeHead(200, { "content-length": "2" }).write("a");
    await more.promise;
    response.end("b");
  });
  const stream = await filesOf({ sandboxBaseUrl: server.url, user: "user" }).readStream("/x");
  const reader = stream.getReader();
  assertEquals(await reader.read(), { done: false, value: new Uint8Array([97]) });
  more.resolve();
  assertEquals(await reader.read(), { done: false, value: new Uint8Array([98]) });
  assertEquals((await reader.read()).done, true);
});

Deno.test("Filesystem.readStream() rejects before the first byte, with the typed error", async () => {
  const { files } = fakeFiles(() => httpError(404, "path '/x' does not exist"));
  await assertRejects(() => files.readStream("/x"), NotFoundError);
  const { files: large } = fakeFiles(() => new Response("12345", { headers: { "content-length": "5" } }));
  await assertRejects(() => large.readStream("/x", { maxBytes: 4 }), OutputLimitError);
});

Deno.test("Filesystem.readStream() of an empty file ends at once", async () => {
  const { files } = fakeFiles(() => new Response("", { headers: { "content-length": "0" } }));
  assertEquals(await new Response(await files.readStream("/x")).text(), "");
});

Deno.test("Filesystem.readStream() cut to a range and to maxBytes", async () => {
  const { files } = fakeFiles(() => new Response("0123456789"));
  const stream = await files.readStream("/x", { range: { start: 3, end: 5 } });
  assertEquals(await new Response(stream).text(), "34");
  const pieces = () => new Response(ReadableStream.from([PIECE, PIECE]));
  const limited = await fakeFiles(pieces).files.readStream("/x", { maxBytes: PIECE.byteLength });
  const error = await assertRejects(() => new Response(limited).bytes());
  assertEquals(isSandboxError(error, "file_too_large"), true);
});

Deno.test("Filesystem.readStream() cancelled ends the request", async () => {
  const closed = Promise.withResolvers<void>();
  await using server = await serve((_request, response) => {
    response.on("close", () => closed.resolve());
    response.writeHead(200, { "content-length": "1000000" }).write(PIECE);
  });
  const stream = await filesOf({ sandboxBaseUrl: server.url, user: "user" }).readStream("/x");
  await stream.cancel();
  await closed.promise;
});

Deno.test("Filesystem.readStream() never ends well when the connection breaks", async () => {
  const broken = Promise.withResolvers<void>();
  await using server = await serve(async (_request, response) => {
    response.writeHead(200, { "content-length": "1000000" }).write(PIECE);
    await broken.promise;
    response.destroy();
  });
  const stream = await filesOf({ sandboxBaseUrl: server.url, user: "user" }).readStream("/x");
  broken.resolve();
  const error = await assertRejects(() => new Response(stream).bytes(), SandboxError);
  assertEquals([error.code, error.retryable], ["network", true]);
});

Deno.test("Filesystem.readStream() compares what came with what was declared", async () => {
  const { files } = fakeFiles(() =>
    new Response(ReadableStream.from([new Uint8Array(5)]), { headers: { "content-length": "10" } })
  );
  const error = await assertRejects(async () => await new Response(await files.readStream("/x")).bytes(), SandboxError);
  assertEquals(error.code, "network");
});

Deno.test("Filesystem.readStream() ends with the reason of its signal, also while it is read", async () => {
  const closed = Promise.withResolvers<void>();
  await using server = await serve((_request, response) => {
    response.on("close", () => closed.resolve());
    response.writeHead(200).write("a");
  });
  const controller = new AbortController();
  const files = filesOf({ sandboxBaseUrl: server.url, user: "user" });
  const reader = (await files.readStream("/x", { signal: controller.signal })).getReader();
  await reader.read();
  const reading = reader.read();
  const reason = new Error("enough");
  controller.abort(reason);
  assertStrictEquals(await assertRejects(() => reading), reason);
  await closed.promise;
});

Deno.test("Filesystem.readStream() rejects with the reason of a signal that aborts before the answer", async () => {
  const asked = Promise.withResolvers<void>();
  await using server = await serve(() => asked.resolve());
  const controller = new AbortController();
  const files = filesOf({ sandboxBaseUrl: server.url, user: "user" });
  const opening = files.readStream("/x", { signal: controller.signal });
  await asked.promise;
  const reason = new Error("enough");
  controller.abort(reason);
  assertStrictEquals(await assertRejects(() => opening), reason);
});

Deno.test("Filesystem.readStream() ends when no byte moves while it is read", async () => {
  await using server = await serve((_request, response) => void response.writeHead(200).write("a"));
  const files = filesOf({ sandboxBaseUrl: server.url, user: "user", requestTimeoutMs: 50 });
  const stream = await files.readStream("/x");
  const error = await assertRejects(() => new Response(stream).text());
  assertEquals(isSandboxError(error, "request_timeout"), true);
});

Deno.test("Filesystem.readStream() does not count the time its reader takes, nor before the first reading", async () => {
  using time = new FakeTime();
  using _clock = fakeClock(time);
  const { files } = fakeFiles(() => new Response(ReadableStream.from([PIECE, PIECE])), { requestTimeoutMs: 20 });
  const reader = (await files.readStream("/x")).getReader();
  for (const done of [false, false, true]) {
    time.tick(1_000);
    assertEquals((await reader.read()).done, done);
  }
});

Deno.test("Filesystem.readStream() errors with what onProgress throws", async () => {
  const { files } = fakeFiles(() => new Response(ReadableStream.from([PIECE, PIECE])));
  const thrown = new Error("enough");
  const stream = await files.readStream("/x", {
    onProgress({ bytes }) {
      if (bytes > PIECE.byteLength) throw thrown;
    },
  });
  assertStrictEquals(await assertRejects(() => new Response(stream).bytes()), thrown);
});

Deno.test("Filesystem.readStream() ends the transfer of what is too much", async () => {
  const cancelled = Promise.withResolvers<unknown>();
  const body = () =>
    new ReadableStream<Uint8Array<ArrayBuffer>>({
      pull: (controller) => controller.enqueue(PIECE),
      cancel: (reason) => cancelled.resolve(reason),
    });
  const { files } = fakeFiles(() => new Response(body()));
  const stream = await files.readStream("/x", { maxBytes: PIECE.byteLength });
  const error = await assertRejects(() => new Response(stream).bytes());
  assertStrictEquals(await cancelled.promise, error);
});

Deno.test("Filesystem.read() waits as long as bytes move", async () => {
  using time = new FakeTime();
  using _clock = fakeClock(time);
  let count = 0;
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      time.tick(90);
      if (count++ < 16) controller.enqueue(new Uint8Array(1));
      else controller.close();
    },
  }, { highWaterMark: 0 });
  const { files } = fakeFiles(() => new Response(body), { requestTimeoutMs: 100 });
  assertEquals((await files.read("/x")).byteLength, 16);
});
