import { assertEquals } from "@std/assert";
import type { Told } from "./no_request_streams.ts";

const MIB = 1024 * 1024;

for (const [engine, name] of Object.entries({ browser: "a browser", old: "an engine without request streams" })) {
  Deno.test(`Filesystem.write() on ${name} sends a stream whole, in a body that can be sent again`, async () => {
    const worker = new Worker(new URL("no_request_streams.ts", import.meta.url), { type: "module", name: engine });
    const told = await new Promise<Record<string, Told>>((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = (event) => {
        event.preventDefault();
        reject(new Error(event.message));
      };
    }).finally(() => worker.terminate());

    const sent = (body: string, bytes: number): Told => ({
      bodies: [body, body],
      whole: [true, true],
      duplex: false,
      progress: [{ bytes, totalBytes: bytes }],
    });
    assertEquals(told, {
      large: sent("Blob", 2.5 * MIB),
      blob: sent("Blob", 2.5 * MIB),
      // Deno sends bytes again on its own, and a browser sends anything again.
      small: sent(engine === "old" ? "Blob" : "Uint8Array", 1000),
      broken: { bodies: [], whole: [], duplex: false, progress: [], failure: "the tape broke" },
    });
  });
}
