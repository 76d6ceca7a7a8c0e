import { assertEquals, assertGreaterOrEqual } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { RuntimeClient } from "../../mod.ts";
import { startLocalRuntime } from "../../src/local/mod.ts";

const PING_MS = 50_000;
const MINUTE_MS = 60_000;
const MINUTES = 120;

/** A `fetch` that counts the pieces of the streams it opens, and lets one wait for more of them. */
function counting() {
  let pieces = 0;
  let wake = () => {};
  const count = new WritableStream<void>({
    write() {
      pieces++;
      wake();
    },
  }).getWriter();
  return {
    pieces: () => pieces,
    /** Resolves with the next piece; call it before what brings that. */
    next: () => new Promise<void>((resolve) => wake = resolve),
    async fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
      const response = await fetch(input, init);
      if (!String(input).endsWith("/Start")) return response;
      const through = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
        transform(chunk, controller) {
          controller.enqueue(chunk);
          void count.write();
        },
      });
      return new Response(response.body!.pipeThrough(through), response);
    },
  };
}

Deno.test("load: a stream that is open for two hours, with a line a minute and pings between", async () => {
  const wire = counting();
  await using runtime = await startLocalRuntime({ bugs: ["B1", "B2", "B4", "B6"] });
  const sandbox = new RuntimeClient({ ...runtime.clientOptions(), fetch: wire.fetch });
  using time = new FakeTime();
  const handle = await sandbox.commands.start(["cat"], { stdin: true });
  const events = handle[Symbol.asyncIterator]();
  for (let minute = 0; minute < MINUTES; minute++) {
    const ping = wire.next();
    await time.tickAsync(PING_MS);
    await ping;
    await time.tickAsync(MINUTE_MS - PING_MS);
    await handle.sendStdin(`line ${minute}\n`);
    const { value } = await events.next();
    assertEquals(value.text, `line ${minute}\n`);
  }
  assertGreaterOrEqual(wire.pieces(), 1 + 2 * MINUTES);
  assertEquals(await handle.kill(), true);
  const { value } = await events.next();
  assertEquals(value.type, "exit");
  assertEquals(await sandbox.commands.list(), []);
});
