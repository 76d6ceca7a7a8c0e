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
