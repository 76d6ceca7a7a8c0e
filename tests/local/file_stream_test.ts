import { assertRejects } from "@std/assert";
import { open } from "node:fs/promises";
import { closingStream, readPart } from "../../src/local/files/file_stream.ts";

Deno.test("a cancelled stream of a file closes the file, begun or not", async () => {
  for (const begun of [false, true]) {
    const file = await open(new URL(import.meta.url));
    const reader = closingStream(file, readPart(file, 0, 10)).getReader();
    if (begun) await reader.read();
    await reader.cancel();
    await assertRejects(() => file.stat());
  }
});
