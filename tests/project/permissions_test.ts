import { assertEquals } from "@std/assert";
import { startLocalRuntime } from "../../src/local/mod.ts";

async function run(program: string, flags: readonly string[], args: readonly string[] = []) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--quiet", ...flags, new URL(program, import.meta.url).href, ...args],
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

Deno.test("the core imports with no permission", async () => {
  assertEquals(await run("import_core.ts", []), { code: 0, stdout: "function", stderr: "" });
});

Deno.test("./k8s imports with no permission, however it is denied", async () => {
  const denied = ["read", "write", "net", "env", "run", "sys", "ffi"].map((name) => `--deny-${name}`);
  for (const flags of [[], denied]) {
    assertEquals(await run("import_k8s.ts", flags), { code: 0, stdout: "function", stderr: "" });
  }
});

Deno.test("the core runs commands and moves files with the network of its host alone", async () => {
  await using runtime = await startLocalRuntime();
  const args = [runtime.url, runtime.token];
  assertEquals(await run("use_core.ts", ["--allow-net=127.0.0.1"], args), {
    code: 0,
    stdout: "through a command, through a file",
    stderr: "",
  });
  const denied = await run("use_core.ts", [], args);
  assertEquals([denied.code, denied.stdout], [1, ""], "without the network it cannot work");
});
