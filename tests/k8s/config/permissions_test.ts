import { assertEquals, assertStringIncludes } from "@std/assert";
import { answer, makePlugin, printing } from "./plugin_tools.ts";
import { fileOf } from "./tools.ts";

async function run(flags: readonly string[], ...args: readonly string[]): Promise<string[]> {
  const program = new URL("permissions_program.ts", import.meta.url).pathname;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--quiet", "--no-check", ...flags, program, ...args],
    stdin: "null",
  }).output();
  const text = new TextDecoder().decode(stdout);
  if (text === "") throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(text);
}

Deno.test("without permissions the entry is imported, and what is lacking is told", async () => {
  await using plugin = await makePlugin(printing(answer({ token: "by-plugin" })));
  const { dir } = plugin;
  const exec = `{apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, command: ./plugin}`;
  await Deno.writeTextFile(`${dir}/token`, fileOf("a", "{token: t}"));
  await Deno.writeTextFile(`${dir}/exec`, fileOf("a", `{exec: ${exec}}`));

  const [code, reason, hint] = await run([]);
  assertEquals([code, reason], ["kube_config", "this program may not read it"]);
  assertStringIncludes(hint!, "--allow-env=KUBECONFIG");

  const files = `--allow-read=${dir}`;
  const read = [files, "--allow-env=LOG_TOKENS,LOG_STREAM"];
  const denied = await run([], `${dir}/token`);
  assertEquals(denied.slice(0, 2), ["kube_config", "this program may not read it"]);
  assertStringIncludes(denied[2]!, "--allow-read");
  assertEquals(
    await run(read, `${dir}/token`),
    ["function", "https://a.test", [["Authorization", "Bearer t"]]] as never,
  );

  for (const flags of [read, [files, "--allow-env"], [...read, `--allow-run=${dir}/plugin`]]) {
    const stopped = await run(flags, `${dir}/exec`);
    assertEquals(stopped.slice(0, 2), ["kube_config", "this program may not start it"]);
    assertStringIncludes(stopped[2]!, "--allow-run");
  }
  const started = await run([files, "--allow-env", `--allow-run=${dir}/plugin`], `${dir}/exec`);
  assertEquals(started, ["function", "https://a.test", [["Authorization", "Bearer by-plugin"]]] as never);
});
