/** How a body becomes events: cut anywhere, of any size, compressed against our wish, silent. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { SandboxError } from "../../../mod.ts";
import { LineBuffer } from "../../../src/k8s/client/line_buffer.ts";
import { SILENCE_MS } from "../../../src/k8s/client/watch_stream.ts";
import { isOlder } from "../../../src/k8s/client/versions.ts";
import { createKubeClient, type KubeClient } from "../../../src/k8s/client/kube_client.ts";
import { accessFromConfig } from "../../../src/k8s/config/load_config.ts";
import { kubeFetch } from "../../../src/k8s/transport/kube_fetch.ts";
import { events, openBody, sandbox, scripted, take, TestClock } from "./scripted.ts";

const encoder = new TextEncoder();

/** A sandbox with characters of every length, and ones that some readers take for ends of lines. */
function worded(name: string, resourceVersion: string): ReturnType<typeof sandbox> {
  return { ...sandbox(name, resourceVersion), spec: { words: "ä€😀\u2028\u2029\u0085\r" } };
}

Deno.test("a chunk may end anywhere", async () => {
  const objects = [worded("a", "10"), worded("b", "11")];
  const text = objects.map((object) => `${JSON.stringify({ type: "ADDED", object })}\n`).join("\n");
  const bytes = encoder.encode(text);
  for (let at = 0; at <= bytes.byteLength; at++) {
    const parts = [bytes.slice(0, at), bytes.slice(at)].filter(({ byteLength }) => byteLength > 0);
    const cut = scripted(() => new Response(ReadableStream.from(parts)));
    assertEquals((await take(cut.kube.sandboxes().watch({ resourceVersion: "9" }), 2)).map(objectOf), objects, `${at}`);
  }
  const single = scripted(() => new Response(ReadableStream.from(Array.from(bytes, (byte) => Uint8Array.of(byte)))));
  assertEquals((await take(single.kube.sandboxes().watch({ resourceVersion: "9" }), 2)).map(objectOf), objects);
});

Deno.test("an event of 2 MiB comes whole; one without an end is refused, and not gathered for ever", async () => {
  const large = { ...sandbox("a", "10"), spec: { text: "x".repeat(2 * 2 ** 20) } };
  const { kube } = scripted(() => events(["ADDED", large]));
  assertEquals((await take(kube.sandboxes().watch({ resourceVersion: "9" }), 1)).map(objectOf), [large]);
  let sent = 0;
  const endless = scripted(() =>
    new Response(
      new ReadableStream<Uint8Array>({
        pull(controller) {
          sent += 2 ** 20;
          controller.enqueue(new Uint8Array(2 ** 20).fill(0x20));
        },
      }),
    )
  );
  const error = await assertRejects(
    () => take(endless.kube.sandboxes().watch({ resourceVersion: "9" }), 1),
    SandboxError,
  );
  assertEquals([error.code, error.message.slice(0, 55)], [
    "protocol",
    'Cannot watch sandboxes in "mine": an event is longer th',
  ]);
  assert(sent <= 11 * 2 ** 20, `${sent}`);
});

Deno.test("lines are cut at line feeds alone, and empty ones left out", () => {
  const buffer = new LineBuffer(5);
  assertEquals(buffer.push(encoder.encode("a\n\nb\r\nc")), ["a", "b\r"]);
  assertEquals(buffer.push(encoder.encode("d")), []);
  assertEquals(buffer.push(encoder.encode("\n12345")), ["cd"]);
  assertEquals(buffer.push(encoder.encode("6")), undefined);
});

Deno.test("versions are compared as numbers of any size", () => {
  assert(isOlder("9", "10") && isOlder("12345678901234567890", "12345678901234567891"));
  for (
    const [a, b] of [["10", "9"], ["10", "10"], ["a", "b"], ["01", "2"], ["0", "1"], ["", "1"], ["1", ""]] as const
  ) {
    assert(!isOlder(a, b), `${a} ${b}`);
  }
});

Deno.test("a server that says nothing for two minutes is asked again, from the last version", async () => {
  using time = new FakeTime();
  const answers = ["", `${JSON.stringify({ type: "ADDED", object: sandbox("a", "10") })}\n`];
  const signals: AbortSignal[] = [];
  const { kube, seen } = scripted(({ signal }, index) => {
    signals.push(signal);
    return openBody(answers[index]!, signal).response;
  });
  const watching = take(kube.sandboxes().watch({ resourceVersion: "9" }), 1);
  while (seen.length === 0) await time.tickAsync(0);
  await time.tickAsync(SILENCE_MS - 1);
  assertEquals(seen.length, 1);
  await time.tickAsync(1);
  assertEquals((await watching).map(objectOf), [sandbox("a", "10")]);
  assertEquals(seen.map(({ query }) => query.get("resourceVersion")), ["9", "9"]);
});

Deno.test("a watch that is compressed against our wish, member by member, loses nothing", async () => {
  const versions = ["10", "11", "12"];
  await using server = serve(async (request) => {
    const from = new URL(request.url).searchParams.get("resourceVersion");
    const members = await Promise.all(
      versions.filter((version) => Number(version) > Number(from)).map((version) => {
        return gzip(`${JSON.stringify({ type: "MODIFIED", object: sandbox("a", version) })}\n`);
      }),
    );
    return new Response(new Blob(members), {
      headers: { "content-type": "application/json", "content-encoding": "gzip" },
    });
  });
  await using kube = await server.client();
  const told = await take(kube.sandboxes("mine").watch({ resourceVersion: "9" }), 3);
  assertEquals(told.map((event) => objectOf(event).metadata.resourceVersion), versions);
});

Deno.test("over a real connection: leaving the loop closes it, and closing the client ends the watch", async () => {
  const line = encoder.encode(`${JSON.stringify({ type: "ADDED", object: sandbox("a", "10") })}\n`);
  let left = Promise.withResolvers<void>();
  await using server = serve(() => {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(line),
      cancel: () => left.resolve(),
    });
    return new Response(body, { headers: { "content-type": "application/json" } });
  });
  const kube = await server.client();
  await take(kube.sandboxes("mine").watch({ resourceVersion: "9" }), 1);
  await left.promise;
  left = Promise.withResolvers();
  const iterator = kube.sandboxes("mine").watch({ resourceVersion: "9" })[Symbol.asyncIterator]();
  assertEquals((await iterator.next()).done, false);
  const waiting = iterator.next().then(() => undefined, (error) => error);
  await kube.close();
  assert(await waiting instanceof SandboxError);
  await left.promise;
});

function objectOf(event: { type: string; object?: unknown }): ReturnType<typeof sandbox> {
  return event.object as ReturnType<typeof sandbox>;
}

async function gzip(text: string): Promise<ArrayBuffer> {
  return await new Response(new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"))).arrayBuffer();
}

/** A server of this machine, and clients of it. */
function serve(handler: (request: Request) => Response | Promise<Response>) {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, handler);
  const config = {
    clusters: [{ name: "c", cluster: { server: `http://127.0.0.1:${server.addr.port}` } }],
    contexts: [{ name: "c", context: { cluster: "c" } }],
    "current-context": "c",
  };
  return {
    async client(): Promise<KubeClient> {
      const access = await accessFromConfig(config);
      return createKubeClient(access, kubeFetch(access), new TestClock());
    },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
