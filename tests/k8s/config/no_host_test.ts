import { assertEquals, assertStringIncludes } from "@std/assert";

const MISSING = ["node:fs/promises", "node:process", "node:child_process"];

Deno.test("where a runtime has no files and no environment, the hint says what to pass", async () => {
  const dir = await Deno.makeTempDir();
  try {
    // As in a Worker or a browser, an import of these fails.
    const { imports } = JSON.parse(await Deno.readTextFile(new URL("../../../deno.json", import.meta.url)));
    for (const name of MISSING) imports[name] = "./missing.ts";
    await Deno.writeTextFile(`${dir}/deno.json`, JSON.stringify({ imports, nodeModulesDir: "none", lock: false }));
    const program = new URL("no_host_program.ts", import.meta.url).pathname;
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-prompt", "--no-check", "--config", `${dir}/deno.json`, program],
      stdin: "null",
    }).output();
    const lines = new TextDecoder().decode(stdout).trim().split("\n").map((line) => JSON.parse(line));
    assertEquals(lines.length, 5, new TextDecoder().decode(stderr));
    for (const [code, message, hint] of lines.slice(0, 4)) {
      assertEquals(code, "unsupported");
      assertStringIncludes(message, "this runtime has no files and no environment");
      assertStringIncludes(hint, "KubeClient.fromConfig");
      assertStringIncludes(hint, "fetch");
    }
    assertEquals(lines[4], [["Authorization", "Bearer t"]], "what is all in the object needs none of it");
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
