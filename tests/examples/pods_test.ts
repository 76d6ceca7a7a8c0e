/** The example of what is about pods, run as a program on a cluster of its own. */

import { assertEquals, assertMatch } from "@std/assert";

const program = new URL("../../examples/pods.ts", import.meta.url).pathname;

async function run(...args: readonly string[]): Promise<[code: number, text: string]> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "--no-check", program, ...args],
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  return [code, new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr)];
}

Deno.test("the example runs commands, copies, reads a log and a port, and ends by itself", async () => {
  const [code, text] = await run();
  assertEquals(code, 0, text);
  const lines = text.split("\n").map((line) => line.trim().replace(/ {2,}/, " "));
  const wanted = [
    "stdout HELLO",
    "exit 3",
    "sent 2560 bytes",
    "file notes/it's.txt there",
    'caught Cannot copy "work/none" from the pod "default/box": there is no "work/none"',
    "log ready",
    "log first request",
    "answer 200 the pod's answer to /",
  ];
  assertEquals(wanted.filter((line) => lines.includes(line)), wanted, text);
});

Deno.test("the example says how it is used", async () => {
  const [code, text] = await run("no pod");
  assertEquals(code, 2);
  assertMatch(text, /^Usage: /);
});
