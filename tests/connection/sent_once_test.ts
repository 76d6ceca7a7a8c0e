import { assertEquals, assertRejects } from "@std/assert";
import { RuntimeClient, SandboxError } from "../../mod.ts";
import { startLocalRuntime } from "../../src/local/mod.ts";
import { startFaultProxy } from "../../src/testing/mod.ts";

// Deno's fetch (2.7 and newer) sends a body of bytes again, over a new connection, where one that was used before
// closed without an answer: https://github.com/denoland/deno/pull/32566
Deno.test("what may have run is sent once, also where its connection was used before and closes without an answer", async () => {
  await using runtime = await startLocalRuntime({ version: "0.6.13" });
  await using proxy = await startFaultProxy(runtime.url);
  const client = new RuntimeClient({ ...runtime.clientOptions(), sandboxBaseUrl: proxy.url, user: "root" });
  const dir = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${dir}/from`, "");
    const mark = (line: string) => ["sh", "-c", 'echo "$1" >> "$0"', `${dir}/marks`, line];
    const echo = await client.commands.start(["sh", "-c", 'read line; echo "$line"; sleep 60'], { stdin: true });
    const calls: Record<string, () => Promise<unknown>> = {
      "/Start": () => client.commands.run(mark("ran")),
      "/SendInput": () => echo.sendStdin("x"),
      "/Move": () => client.files.rename(`${dir}/from`, `${dir}/to`),
      "/MakeDir": () => client.files.makeDir(`${dir}/made`),
      "POST /files": () => client.files.write(`${dir}/written`, "x"),
    };
    for (const [match, call] of Object.entries(calls)) {
      // A connection that was used before is there.
      assertEquals(await client.health(), true);
      proxy.next({ match, loseResponse: true });
      // The same call again, by whomever, would meet this.
      proxy.next({ match, reply: { status: 500, body: "sent twice" } });
      const error = await assertRejects(call, SandboxError);
      assertEquals([error.code, proxy.pending, proxy.struck.at(-1)?.plan.loseResponse], ["network", 1, true], match);
      const left = await fetch(`${proxy.url}${match.split(" ").at(-1)}`, { method: "POST" });
      assertEquals(await left.text(), "sent twice", match);
    }
    await echo.sendStdin("\n");
    for await (const event of echo) if (event.type === "stdout") break;
    await echo.kill();
    assertEquals((await echo.wait({ check: false })).stdout, "x\n");
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
