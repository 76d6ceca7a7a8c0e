import { assert, assertEquals } from "@std/assert";
import { RuntimeClient } from "../../mod.ts";
import { startLocalRuntime } from "../../src/local/mod.ts";
import { build, clientFor, compress, converse, copy, describe, explain, fakeFiles } from "./programs.ts";

Deno.test("programs as users write them do what they say", async (t) => {
  await using runtime = await startLocalRuntime({ envs: { STAGE: "test" } });
  const sandbox = new RuntimeClient(runtime.clientOptions());

  await t.step("build", async () => {
    let said = "";
    assertEquals(await build(sandbox, (text) => void (said += text)), 3);
    assertEquals(said, "built the thing\n");
  });
  await t.step("explain", async () => {
    assertEquals(await explain(() => sandbox.commands.run("true")), "fine");
    assertEquals(await explain(() => sandbox.commands.run("echo no >&2; exit 4")), "exit 4: no\n");
    assertEquals(await explain(() => sandbox.files.read("none")), "missing (404)");
    assert((await explain(() => sandbox.files.read("."))).startsWith("is_a_directory"));
    assert((await explain(() => sandbox.commands.run("sleep 600", { timeoutMs: 50 }))).startsWith("late"));
  });
  await t.step("converse", async () => {
    assertEquals(await converse(sandbox, ["one", "two"]), ["re: one", "re: two", "SIGKILL"]);
  });
  await t.step("copy", async () => {
    await sandbox.files.writeText("from", "x".repeat(100_000));
    assertEquals(await copy(sandbox, "from", "to"), 100_000);
  });
  await t.step("compress", async () => {
    assertEquals(await compress(sandbox, "text ".repeat(1000)), "text ".repeat(1000));
  });
  await t.step("a client out of an environment", async () => {
    const client = clientFor({ URL: runtime.url, TOKEN: runtime.token });
    assertEquals((await client.envs()).STAGE, "test");
  });
  await t.step("a fake", async () => {
    assertEquals(await fakeFiles(new Map([["a", "hello"]])).readText("a"), "hello");
    const result = await sandbox.commands.run("exit 2", { check: false });
    assertEquals(describe({ type: "exit", result }), "exit 2");
  });
});
