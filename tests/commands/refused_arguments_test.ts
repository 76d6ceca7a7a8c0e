import { assertEquals, assertRejects } from "@std/assert";
import type { RuntimeClient } from "../../src/client.ts";
import { FakeDaemon } from "../process/fake_daemon.ts";

/** What a program without types may pass. */
const REFUSED: Readonly<Record<string, (sandbox: RuntimeClient) => Promise<unknown>>> = {
  "run() with an onStdout that is no function": ({ commands }) => commands.run("true", { onStdout: "log" as never }),
  "run() with an onStderr that is no function": ({ commands }) => commands.run("true", { onStderr: {} as never }),
  "run() in the background with an onStdout that is no function": ({ commands }) =>
    commands.run("true", { background: true, onStdout: null as never }),
  "run() with a tag that is no string, and input": ({ commands }) =>
    commands.run("cat", { tag: 5 as never, stdin: "input" }),
  "start() with a tag that is no string, and input": ({ commands }) =>
    commands.start("cat", { tag: {} as never, stdin: "input" }),
  "start() with a tag that holds NUL": ({ commands }) => commands.start("cat", { tag: "a\0b", stdin: "input" }),
  "start() with a cwd that is no string, and input": ({ commands }) =>
    commands.start("cat", { cwd: 5 as never, stdin: "input" }),
  "connectToProcess() with an object without a tag": ({ commands }) => commands.connectToProcess({} as never),
  "connectToProcess() with a tag that is no string": ({ commands }) => commands.connectToProcess({ tag: 5 } as never),
  "connectToProcess() with nothing": ({ commands }) => commands.connectToProcess(undefined as never),
  "connectToProcess() with a string": ({ commands }) => commands.connectToProcess("7" as never),
};

for (const [what, call] of Object.entries(REFUSED)) {
  Deno.test(`${what} is a TypeError before any request`, async () => {
    const daemon = new FakeDaemon();
    daemon.closed = [];
    daemon.onStream = (stream) => void stream.start(7).end();
    await assertRejects(() => call(daemon.client()), TypeError);
    assertEquals(daemon.calls, []);
  });
}

Deno.test("CommandHandle.wait() with a callback that is no function is a TypeError, and the command goes on", async () => {
  const daemon = new FakeDaemon();
  daemon.onStream = (stream) => void stream.start(7);
  const handle = await daemon.client().commands.start("true");
  await assertRejects(() => handle.wait({ onStdout: 5 as never }), TypeError);
  daemon.streams[0]!.stdout("a").end();
  assertEquals((await handle.wait()).stdout, "a");
  assertEquals(daemon.calls, ["Start"]);
});
