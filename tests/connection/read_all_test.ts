import { assertEquals, assertRejects } from "@std/assert";
import { readAll } from "../../src/connection/read_all.ts";
import { SandboxError } from "../../src/errors/sandbox_error.ts";
import { body } from "./frames.ts";

const CONTEXT = { what: "read it", sandboxId: "default--s" };

Deno.test("readAll() joins the chunks of a body, up to its limit", async () => {
  const chunks = [Uint8Array.of(1), new Uint8Array(), Uint8Array.of(2, 3)];
  assertEquals([...await readAll(new Response(body(chunks).stream), 3, CONTEXT)], [1, 2, 3]);
  assertEquals((await readAll(new Response(null), 0, CONTEXT)).byteLength, 0);
  assertEquals((await readAll(new Response(body([]).stream), 0, CONTEXT)).byteLength, 0);
});

Deno.test("readAll() refuses a larger body as soon as it knows, and cancels it", async () => {
  for (const headers of [{ "content-length": "4" }, {}]) {
    const { stream, cancelled } = body([Uint8Array.of(1, 2), Uint8Array.of(3, 4), Uint8Array.of(5)]);
    const error = await assertRejects(() => readAll(new Response(stream, { headers }), 3, CONTEXT), SandboxError);
    assertEquals([error.code, error.sandboxId, cancelled()], ["protocol", "default--s", true]);
    assertEquals(error.message, "Cannot read it: the answer is larger than 3 bytes");
  }
});

Deno.test("readAll() does not trust a content-length that is smaller than the body", async () => {
  const response = new Response(body([new Uint8Array(10)]).stream, { headers: { "content-length": "1" } });
  await assertRejects(() => readAll(response, 5, CONTEXT), SandboxError, "larger than 5 bytes");
});

/** What the engine makes of an answer as it stands on the wire; the server then closes the connection. */
async function fetched(answer: string, work: (response: Response) => Promise<void>): Promise<void> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const served = (async () => {
    using connection = await listener.accept();
    await connection.read(new Uint8Array(1024));
    await connection.write(new TextEncoder().encode(answer));
    await connection.closeWrite();
    // The client closes too, once it has what it wants.
    while (await connection.read(new Uint8Array(1024)).catch(() => null) !== null);
  })();
  await work(await fetch(`http://127.0.0.1:${(listener.addr as Deno.NetAddr).port}/`));
  await served;
}

const HEAD = "HTTP/1.1 200 OK\r\nConnection: close\r\n";

Deno.test("readAll() takes what was declared, and nothing behind it", async () => {
  await fetched(`${HEAD}Content-Length: 5\r\n\r\nwhole, and more`, async (response) => {
    assertEquals(new TextDecoder().decode(await readAll(response, 5, CONTEXT)), "whole");
  });
});

Deno.test("readAll() takes no body for whole that was cut off", async () => {
  await fetched(`${HEAD}Content-Length: 20\r\n\r\nnot whole`, async (response) => {
    await assertRejects(() => readAll(response, 20, CONTEXT), Error);
  });
});

Deno.test("readAll() refuses a chunked body beyond its limit, whatever length is declared beside it", async () => {
  for (const lengthFirst of [true, false]) {
    const lines = ["Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n"];
    const headers = (lengthFirst ? lines : lines.reverse()).join("");
    await fetched(`${HEAD}${headers}\r\nc\r\nmuch too long\r\n0\r\n\r\n`, async (response) => {
      await assertRejects(() => readAll(response, 8, CONTEXT), SandboxError, "larger than 8 bytes");
    });
  }
});

Deno.test("readAll() refuses a body that is larger unpacked than packed", async () => {
  const packed = new Response(new Uint8Array(10_000)).body!.pipeThrough(new CompressionStream("gzip"));
  const answer = new Uint8Array(await new Response(packed).arrayBuffer());
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response(answer, { headers: { "content-encoding": "gzip" } }),
  );
  const response = await fetch(`http://127.0.0.1:${server.addr.port}/`);
  await assertRejects(() => readAll(response, 5_000, CONTEXT), SandboxError, "larger than 5000 bytes");
});
