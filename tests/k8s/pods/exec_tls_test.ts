/** Commands over TLS on this Deno; `exec_program.ts` runs the same cases on Bun and Node. */

import { assertEquals } from "@std/assert";
import { makeAuthority } from "../../gateway/certificates.ts";
import { frameOf, startRawServer } from "../sockets/raw_server.ts";
import { runExecCases } from "./exec_cases.ts";
import { clientOf, SUCCESS } from "./exec_tools.ts";

Deno.test("exec: over TLS with a private authority", async () => {
  assertEquals(await runExecCases(), []);
});

Deno.test("exec: an end that comes over TLS while nothing is read is seen", async () => {
  const authority = await makeAuthority("Servers");
  const total = 4 * 1024 * 1024;
  await using server = await startRawServer(
    async (call) => {
      const peer = call.accept();
      const frame = frameOf(2, new Uint8Array(32_769).fill(1));
      for (let sent = 0; sent < total; sent += 32_768) void peer.write(frame);
      void peer.send(3, SUCCESS);
      await peer.close();
    },
    undefined,
    await authority.issue({ names: ["127.0.0.1"] }),
  );
  await using kube = await clientOf(server, authority.cert);
  for (let i = 0; i < 4; i++) {
    const exec = await kube.exec({ pod: "box" }, ["cat"]);
    // The server has said everything, and closed, while this waits.
    await new Promise((resolve) => setTimeout(resolve, 30));
    const waiting = exec.wait().then(({ stdout }) => stdout.length);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<string>((resolve) => timer = setTimeout(resolve, 15_000, "its end was not seen"));
    assertEquals(await Promise.race([waiting, late]), total);
    clearTimeout(timer);
  }
});
