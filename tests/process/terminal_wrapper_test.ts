import { assertEquals } from "@std/assert";
import { wrapTerminal } from "../../src/process/terminal_wrapper.ts";
import { unwrap } from "../../src/process/wrapper.ts";

/** Which of the signals 1 to 3 a wrapped command finds ignored, where all are ignored around it. */
async function ignoredIn(argv: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const { cmd, args } = wrapTerminal(argv);
  const around = ["-c", `trap '' HUP INT QUIT; exec "$@"`, "sh", cmd, ...args];
  const { stdout } = await new Deno.Command("/bin/sh", { args: around, env, stdin: "null", stderr: "inherit" })
    .output();
  const [, mask] = /^SigIgn:\s*(\w+)$/m.exec(new TextDecoder().decode(stdout)) ?? [];
  return (BigInt(`0x${mask}`) & 0b111n).toString(2);
}

const STATUS = ["cat", "/proc/self/status"];
const linux = Deno.build.os === "linux";

Deno.test({
  name: "wrapTerminal() gives a command back the signals that its daemon ignores (B13)",
  ignore: !linux,
  fn: async () => assertEquals(await ignoredIn(STATUS), "0"),
});

Deno.test({
  name: "wrapTerminal() starts the command all the same where `env` cannot do that",
  ignore: !linux,
  async fn() {
    const bin = await Deno.makeTempDir();
    try {
      await Deno.writeTextFile(`${bin}/env`, "#!/bin/sh\necho no such option >&2; exit 125\n", { mode: 0o755 });
      assertEquals(await ignoredIn(STATUS, { PATH: `${bin}:/usr/bin:/bin` }), "111");
    } finally {
      await Deno.remove(bin, { recursive: true });
    }
  },
});

Deno.test("wrapTerminal() hands an argv over as it is, and keeps the exit code", async () => {
  const words = ["=x", "a=b", "-n", 'it\'s "$HOME" $(id) `id`\\', "", "new\nline", "é 🦀"];
  const run = async (...argv: string[]) => {
    const { cmd, args } = wrapTerminal(argv);
    const { stdout, code } = await new Deno.Command(cmd, { args, stdin: "null", stderr: "null" }).output();
    return { stdout: new TextDecoder().decode(stdout), code };
  };
  assertEquals((await run("printf", "%s\\0", ...words)).stdout.split("\0").slice(0, -1), words);
  assertEquals((await run("sh", "-c", "exit 3")).code, 3);
  assertEquals((await run("/no/such/binary")).code, 127);
  assertEquals((await run("a=b")).code, 127);
});

Deno.test("unwrap() gives back what wrapTerminal() was given, and the shell", () => {
  assertEquals(unwrap(wrapTerminal(["top", "-d", "1"])), { cmd: "top", args: ["-d", "1"] });
  assertEquals(unwrap(wrapTerminal(undefined)), { cmd: "/bin/bash", args: ["-i", "-l"] });
});

Deno.test("wrapTerminal() takes sh where there is no bash", () => {
  const [, script, ...rest] = wrapTerminal(undefined).args;
  assertEquals(rest.slice(1), ["/bin/bash", "-i", "-l"]);
  const probe = script!.slice(0, script!.indexOf(";"));
  const { stdout } = new Deno.Command("/bin/sh", {
    args: ["-c", `${probe}; echo "$@"`, "sh", "/no/such/bash", "-i", "-l"],
    stdin: "null",
  }).outputSync();
  assertEquals(new TextDecoder().decode(stdout), "/bin/sh -i -l\n");
});
