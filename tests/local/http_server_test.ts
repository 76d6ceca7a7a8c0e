import { assert, assertEquals, assertRejects } from "@std/assert";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import type { Handler } from "../../src/local/handler.ts";
import { serve as listen } from "../../src/local/http_server.ts";

const PIECE = new Uint8Array(64 * 1024);
/** More than the buffers between a server and its client hold. */
const PIECES = 2000;

async function serve(handler: Handler): Promise<AsyncDisposable & { readonly url: string }> {
  const { url, close } = await listen(handler, 0);
  return { url, [Symbol.asyncDispose]: close };
}

/** A body that nobody reads to its end, and tells how much was taken of it and when it is cancelled. */
function long(): { body: ReadableStream<Uint8Array<ArrayBuffer>>; cancelled: Promise<void>; taken: () => number } {
  const { promise, resolve } = Promise.withResolvers<void>();
  let taken = 0;
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      if (taken++ < PIECES) controller.enqueue(PIECE);
      else controller.close();
    },
    cancel: () => resolve(),
  }, { highWaterMark: 0 });
  return { body, cancelled: promise, taken: () => taken };
}

Deno.test("the server cancels an answer whose client went away before it was there", async () => {
  const asked = Promise.withResolvers<void>();
  const { body, cancelled, taken } = long();
  await using server = await serve(async ({ signal }) => {
    asked.resolve();
    await once(signal, "abort");
    return new Response(body);
  });
  const aborter = new AbortController();
  const answer = fetch(server.url, { signal: aborter.signal });
  await asked.promise;
  aborter.abort();
  await assertRejects(() => answer);
  await cancelled;
  assertEquals(taken(), 0);
});

Deno.test("the server cancels an answer that waits when its client goes away", async () => {
  const cancelled = Promise.withResolvers<void>();
  await using server = await serve(() =>
    Promise.resolve(
      new Response(
        new ReadableStream({
          start: (controller) => controller.enqueue(PIECE),
          pull: () => new Promise(() => {}),
          cancel: () => cancelled.resolve(),
        }),
      ),
    )
  );
  const response = await fetch(server.url);
  await response.body!.cancel();
  await cancelled.promise;
});

Deno.test("the server takes no more of an answer than its client reads", async () => {
  const { body, cancelled, taken } = long();
  await using server = await serve(({ url }) => Promise.resolve(new Response(url.endsWith("/large") ? body : "")));
  const outgoing = request(`${server.url}/large`).end();
  const [incoming] = await once(outgoing, "response");
  incoming.pause();
  // One that does not wait takes everything before it serves the next.
  for (let i = 0; i < 10; i++) await (await fetch(server.url)).body?.cancel();
  assert(taken() < PIECES, "everything was taken");
  outgoing.destroy();
  await cancelled;
});

Deno.test("the server listens on the loopback interface alone", async () => {
  await using server = await serve(() => Promise.resolve(new Response()));
  const { hostname, port } = new URL(server.url);
  assertEquals(hostname, "127.0.0.1");
  const others = Object.values(networkInterfaces()).flatMap((all) => all ?? []).filter(({ internal }) => !internal);
  for (const host of ["127.0.0.2", ...others.map(({ address }) => address)]) {
    const socket = connect({ host, port: Number(port) });
    await assertRejects(() => once(socket, "connect"), Error, "", host);
  }
});

/** Opens so many connections at once, to a port. */
const CONNECT = `import { connect } from "node:net";
const [port, count] = Deno.args.map(Number);
await Promise.all(Array.from({ length: count }, () => new Promise((resolve, reject) => {
  connect(port, "127.0.0.1", resolve).once("error", reject);
})));
Deno.exit();`;

/** How many connections this system lets wait; 0 where it does not say. */
function largestBacklog(): number {
  try {
    return Number(readFileSync("/proc/sys/net/core/somaxconn", "utf8"));
  } catch {
    return 0;
  }
}

Deno.test({
  name: "the server lets a thousand connections wait while it is busy",
  ignore: largestBacklog() < 1024,
  async fn() {
    await using server = await serve(() => Promise.resolve(new Response()));
    const { port } = new URL(server.url);
    // This program does nothing else meanwhile; those that find no room would try again a second later, and so on.
    execFileSync(Deno.execPath(), ["eval", CONNECT, port, "1000"], { timeout: 20_000 });
  },
});
