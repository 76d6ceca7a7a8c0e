import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { isSandboxError, SandboxError } from "../../mod.ts";
import { filesOf, serve, written } from "./tools.ts";

const PIECE = new Uint8Array(64 * 1024).fill(97);

/** A source that never ends, and tells when and why it is cancelled. */
function endless(): { source: ReadableStream<Uint8Array>; cancelled: Promise<unknown> } {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const source = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(PIECE),
    cancel: (reason) => resolve(reason),
  });
  return { source, cancelled: promise };
}

/** A source that gives one piece, and then nothing for ever. */
function stuck(): { source: ReadableStream<Uint8Array>; cancelled: Promise<unknown> } {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  let given = false;
  const source = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (given) return new Promise(() => {});
      given = true;
      controller.enqueue(PIECE);
    },
    cancel: (reason) => resolve(reason),
  });
  return { source, cancelled: promise };
}

async function drain(request: IncomingMessage): Promise<number> {
  let bytes = 0;
  for await (const chunk of request) bytes += (chunk as Uint8Array).byteLength;
  return bytes;
}

Deno.test("Filesystem.write() sends a stream as it is made", async () => {
  const first = Promise.withResolvers<void>();
  await using server = await serve(async (request, response) => {
    request.once("data", () => first.resolve());
    await drain(request);
    response.end(written("/x"));
  });
  const files = filesOf({ sandboxBaseUrl: server.url, user: "user" });
  await files.write(
    "/x",
    (async function* () {
      yield PIECE;
      // Only when it has arrived is there more.
      await first.promise;
      yield PIECE;
    })(),
  );
});

for (const [status, code] of [[400, "is_a_directory"], [401, "unknown_user"]] as const) {
  Deno.test(`Filesystem.write() rejects with an early ${status}, and cancels the source`, async () => {
    const cut: Promise<void>[] = [];
    await using server = await serve((request, response) => {
      request.on("error", () => {});
      cut.push(new Promise((resolve) => request.socket.on("close", () => resolve())));
      request.once("data", () => {
        const message = status === 400 ? "path is a directory: /d" : "error looking up user 'u': user: unknown user u";
        response.writeHead(status, { "content-type": "application/json" }).end(
          JSON.stringify({ code: status, message }),
        );
      });
    });
    for (const { source, cancelled } of [endless(), stuck()]) {
      const files = filesOf({ sandboxBaseUrl: server.url, user: "user" });
      const error = await assertRejects(() => files.write("/d", source), SandboxError);
      assertEquals(error.code, code);
      await cancelled;
    }
    await Promise.all(cut);
  });
}

Deno.test("Filesystem.write() rejects with the source's own error, and cuts the request", async () => {
  const [begun, cut] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  await using server = await serve((request) => {
    request.on("error", () => {}).on("close", () => cut.resolve()).on("data", () => begun.resolve());
  });
  const files = filesOf({ sandboxBaseUrl: server.url, user: "user" });
  const thrown = new Error("the tape broke");
  const error = await assertRejects(() =>
    files.write(
      "/x",
      (async function* () {
        yield PIECE;
        await begun.promise;
        throw thrown;
      })(),
    )
  );
  assertStrictEquals(error, thrown);
  await cut.promise;
});

Deno.test("Filesystem.write() rejects with a TypeError when a stream gives something else than bytes", async () => {
  await using server = await serve((request) => void request.on("error", () => {}).resume());
  const files = filesOf({ sandboxBaseUrl: server.url, user: "user" });
  const source = new ReadableStream({
    start(controller) {
      controller.enqueue("text");
      controller.close();
    },
  });
  await assertRejects(() => files.write("/x", source), TypeError, "Uint8Array");
});

Deno.test("Filesystem.write() aborted cancels the source with the caller's reason, and ends no form", async () => {
  for (const { source, cancelled } of [endless(), stuck()]) {
    const controller = new AbortController();
    const reason = new Error("enough");
    const cut = Promise.withResolvers<string>();
    await using server = await serve((request) => {
      let received = "";
      request.on("error", () => {}).once("data", () => controller.abort(reason));
      request.on("data", (chunk) => received += chunk).on("close", () => cut.resolve(received));
    });
    const files = filesOf({ sandboxBaseUrl: server.url, user: "user" });
    const error = await assertRejects(() => files.write("/x", source, { signal: controller.signal }));
    assertStrictEquals(error, reason);
    assertStrictEquals(await cancelled, reason);
    assertEquals((await cut.promise).endsWith("--\r\n"), false);
  }
});

Deno.test("Filesystem.write() with an aborted signal makes no request, and cancels the source", async () => {
  await using server = await serve(() => {
    throw new Error("unexpected request");
  });
  const { source, cancelled } = endless();
  const reason = new Error("never mind");
  const files = filesOf({ sandboxBaseUrl: server.url, user: "user" });
  const error = await assertRejects(() => files.write("/x", source, { signal: AbortSignal.abort(reason) }));
  assertStrictEquals(error, reason);
  assertStrictEquals(await cancelled, reason);
});

Deno.test("Filesystem.write() ends when the server takes no more bytes, or never answers", async () => {
  await using server = await serve((request) => {
    request.on("error", () => {});
    if (request.url!.includes("drained")) request.resume();
  });
  const files = filesOf({ sandboxBaseUrl: server.url, user: "user", requestTimeoutMs: 100 });
  const { source, cancelled } = endless();
  const blocked = await assertRejects(() => files.write("/blocked", source));
  assert(isSandboxError(blocked, "request_timeout"));
  await cancelled;
  for (const data of ["small", new Blob(["small"]).stream()]) {
    assert(isSandboxError(await assertRejects(() => files.write("/drained", data)), "request_timeout"));
  }
});

Deno.test("Filesystem.write() rejects with what onProgress throws, and cancels the source", async () => {
  await using server = await serve((request) => void request.on("error", () => {}).resume());
  const { source, cancelled } = endless();
  const thrown = new Error("enough");
  const files = filesOf({ sandboxBaseUrl: server.url, user: "user" });
  const error = await assertRejects(() =>
    files.write("/x", source, {
      onProgress({ bytes }) {
        if (bytes > 4 * PIECE.byteLength) throw thrown;
      },
    })
  );
  assertStrictEquals(error, thrown);
  await cancelled;
});

Deno.test("Filesystem.write() tells a refused token of a stream apart: it was renewed, and may be tried again", async () => {
  let asked = 0;
  await using server = await serve(async (request, response) => {
    await drain(request);
    if (request.headers["x-access-token"] === "new") return void response.end(written("/x"));
    response.writeHead(401, { "content-type": "application/json" });
    response.end(JSON.stringify({ code: 401, message: "unauthorized access" }));
  });
  const runtimeToken = () => asked++ === 0 ? "old" : "new";
  const files = filesOf({ sandboxBaseUrl: server.url, user: "user", runtimeToken });
  const error = await assertRejects(() => files.write("/x", new Blob(["x"]).stream()), SandboxError);
  assertEquals([error.code, error.retryable], ["unauthenticated", true]);
  await files.write("/x", new Blob(["x"]).stream());
});

Deno.test("Filesystem.write() rejects as a network error when the connection breaks", async () => {
  await using server = await serve(async (request, response) => {
    request.on("error", () => {});
    await once(request, "data");
    response.destroy();
  });
  const { source, cancelled } = endless();
  const files = filesOf({ sandboxBaseUrl: server.url, user: "user" });
  const error = await assertRejects(() => files.write("/x", source), SandboxError);
  assertEquals(error.code, "network");
  await cancelled;
});

Deno.test("Filesystem.write() rejects as a network error when the connection breaks while the source is awaited", async () => {
  await using server = await serve(async (request, response) => {
    request.on("error", () => {});
    await once(request, "data");
    response.destroy();
  });
  const files = filesOf({ sandboxBaseUrl: server.url, user: "user" });
  const { source, cancelled } = stuck();
  const thrown = new Error("given up");
  const late = Promise.withResolvers<void>();
  const throwing = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(PIECE),
    pull: () => late.promise,
    cancel: () => late.reject(thrown),
  });
  for (const data of [source, throwing]) {
    const error = await assertRejects(() => files.write("/x", data), SandboxError);
    assertEquals(error.code, "network");
  }
  await cancelled;
});
