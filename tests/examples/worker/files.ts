import { assertEquals, assertRejects } from "@std/assert";
import type { Rig, WorkerCase } from "./rig.ts";

/** As many bytes, none of which looks like text, and no two blocks of which are alike. */
function bytesOf(length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  const words = new Uint32Array(bytes.buffer, 0, length >> 2);
  for (let i = 0, x = 1; i < words.length; i++) words[i] = x = Math.imul(x, 1_664_525) + 1_013_904_223;
  return bytes;
}

async function digest(bytes: BufferSource): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

async function write(rig: Rig, path: string, body: BodyInit | null): Promise<void> {
  const { response } = await rig.json(`files/${path}`, { method: "PUT", body });
  assertEquals(response.status, 200);
}

async function read(rig: Rig, path: string): Promise<Uint8Array<ArrayBuffer>> {
  const response = await rig.ask(`files/${path}`);
  assertEquals([response.status, response.headers.get("Content-Type")], [200, "application/octet-stream"]);
  return new Uint8Array(await response.arrayBuffer());
}

/** Files, both ways. */
export const files: readonly WorkerCase[] = [
  {
    name: "bytes, text and nothing come back as they went",
    async run(rig) {
      const all = Uint8Array.from({ length: 256 }, (_, i) => i);
      await write(rig, "bytes.bin", all);
      assertEquals(await read(rig, "bytes.bin"), all);
      assertEquals(await rig.sandbox.files.read("bytes.bin"), all);
      await write(rig, "new/directory/text.txt", "grüß dich\r\n");
      assertEquals(await rig.sandbox.files.readText("new/directory/text.txt"), "grüß dich\r\n");
      await write(rig, "bytes.bin", null);
      assertEquals(await read(rig, "bytes.bin"), new Uint8Array());
    },
  },
  {
    name: "32 MiB, as a stream both ways",
    async run(rig) {
      const content = bytesOf(32 * 1024 * 1024);
      await write(rig, "large.bin", new Blob([content]).stream());
      const back = await read(rig, "large.bin");
      assertEquals([back.length, await digest(back)], [content.length, await digest(content)]);
    },
  },
  {
    name: "an upload reaches the sandbox while it comes",
    async run(rig) {
      const { readable, writable } = new TransformStream<Uint8Array>();
      const writer = writable.getWriter();
      const written = write(rig, "slow.bin", readable);
      const part = bytesOf(1024 * 1024);
      await writer.write(part);
      await rig.until(async () => await rig.sandbox.files.exists("slow.bin"));
      await rig.until(async () => (await rig.sandbox.files.getInfo("slow.bin")).size > 0);
      await writer.write(part);
      await writer.close();
      await written;
      assertEquals((await rig.sandbox.files.getInfo("slow.bin")).size, 2 * part.length);
    },
  },
  {
    name: "a download reaches the caller while it comes, and breaks off where it breaks off",
    async run(rig) {
      const content = bytesOf(1024 * 1024);
      await rig.sandbox.files.write("half.bin", content);
      const seen = Promise.withResolvers<void>();
      let breaks = false;
      rig.relay.hook = async (request, pass) => {
        const response = await pass();
        if (request.method !== "GET" || !response.ok) return response;
        const bytes = new Uint8Array(await response.arrayBuffer());
        const body = new ReadableStream({
          async pull(controller) {
            controller.enqueue(bytes.subarray(0, bytes.length / 2));
            await seen.promise;
            if (breaks) return controller.error(new Error("cut"));
            controller.enqueue(bytes.subarray(bytes.length / 2));
            controller.close();
          },
        });
        return new Response(body, { headers: { "Content-Length": `${bytes.length}` } });
      };
      const reader = (await rig.ask("files/half.bin", { worker: "relayed" })).body!.getReader();
      const parts = [(await reader.read()).value!];
      seen.resolve();
      for (let part = await reader.read(); !part.done; part = await reader.read()) parts.push(part.value);
      assertEquals(await digest(await new Blob(parts as BlobPart[]).arrayBuffer()), await digest(content));
      breaks = true;
      const broken = await rig.ask("files/half.bin", { worker: "relayed" });
      await assertRejects(() => broken.arrayBuffer());
      rig.relay.hook = undefined;
    },
  },
  {
    name: "any name a file can have, below the home directory and at the root",
    async run(rig) {
      for (const name of ["a b", "100%", "?q=1#x", "ü 👋", "a\nb", "'\"\\;$(id)", "...", "-rf", "a+b&c=d"]) {
        await write(rig, `names/${encodeURIComponent(name)}`, name);
        assertEquals(await rig.sandbox.files.readText(`names/${name}`), name);
        assertEquals(new TextDecoder().decode(await read(rig, `names/${encodeURIComponent(name)}`)), name);
      }
      const { path } = await rig.sandbox.files.getInfo("names/...");
      for (const absolute of [`/${path}`.slice(1), encodeURIComponent(path)]) {
        assertEquals(new TextDecoder().decode(await read(rig, absolute)), "...");
      }
      assertEquals(new TextDecoder().decode(await read(rig, "names%2F..%2Fnames%2F-rf")), "-rf");
    },
  },
  {
    name: "a caller who leaves in the middle of a transfer",
    async run(rig) {
      const caller = new AbortController();
      const { readable, writable } = new TransformStream<Uint8Array>();
      const asking = { method: "PUT", body: readable, signal: caller.signal };
      const gone = rig.ask("files/given-up.bin", asking).then(() => "answered", () => "gone");
      await writable.getWriter().write(bytesOf(1024 * 1024));
      await rig.until(async () => await rig.sandbox.files.exists("given-up.bin"));
      caller.abort();
      assertEquals(await gone, "gone");
      const reader = (await rig.ask("files/large.bin")).body!.getReader();
      await reader.read();
      await reader.cancel();
      assertEquals((await rig.json("health")).body, { healthy: true });
    },
  },
];
