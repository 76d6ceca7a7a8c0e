import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { RuntimeClient } from "../../mod.ts";
import { startLocalRuntime } from "../../src/local/mod.ts";
import { leftRunning } from "../conformance/tools.ts";

function demo(...args: string[]): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", new URL("../../examples/demo.ts", import.meta.url).href, ...args],
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

async function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await demo(...args).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

Deno.test("demo: does the main job on a runtime it starts", async () => {
  const { code, stdout, stderr } = await run();
  assertEquals([code, stderr], [0, ""]);
  for (const seen of ["step three", "exit code 2", "you said: hello", "137 (SIGKILL)", "still there: false"]) {
    assertStringIncludes(stdout, seen);
  }
});

Deno.test("demo: --url uses a runtime that is there", async () => {
  await using runtime = await startLocalRuntime();
  const { code, stdout } = await run("--url", runtime.url, "--token", runtime.token);
  assertEquals(code, 0);
  assertStringIncludes(stdout, `Sandbox at ${runtime.url}`);
  const refused = await run("--url", runtime.url, "--token", "wrong");
  assertEquals(refused.code, 1);
  assertMatch(refused.stderr, /^AuthenticationError \(unauthenticated\): /);
});

Deno.test("demo: says what is wrong with its flags", async () => {
  const wrong: [args: string[], message: string][] = [
    [["--colour"], "--colour"],
    [["--domain", "gateway"], "--domain needs --sandbox <id>"],
    [["--sandbox", "x"], "--sandbox needs --domain <host>"],
    [["--token", "x"], "--token needs --url <url>"],
    [["--url", "http://a", "--domain", "b"], "exclude each other"],
    [["--url", "not a url"], "sandboxBaseUrl"],
  ];
  for (const [args, message] of wrong) {
    const { code, stderr } = await run(...args);
    assertEquals(code, 2, stderr);
    assertStringIncludes(stderr, message);
  }
  const help = await run("--help");
  assertEquals(help.code, 0);
  assertStringIncludes(help.stdout, "--sandbox <id>");
});

Deno.test({
  name: "demo: Ctrl-C kills what it started and exits with 130",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using runtime = await startLocalRuntime();
    const child = demo("--url", runtime.url, "--token", runtime.token).spawn();
    let stdout = "";
    let interrupted = false;
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      stdout += text;
      if (interrupted || !stdout.includes("step one")) continue;
      interrupted = true;
      child.kill("SIGINT");
    }
    await child.stderr.cancel();
    assertEquals((await child.status).code, 130);
    assertEquals(stdout.includes("step three"), false);

    assertEquals(await leftRunning(new RuntimeClient(runtime.clientOptions())), []);
  },
});
