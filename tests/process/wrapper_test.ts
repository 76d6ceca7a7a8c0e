import { assert, assertEquals } from "@std/assert";
import { unwrap, wrap } from "../../src/process/wrapper.ts";

const ARGV = ["/usr/bin/env", "-n", 'it\'s "$HOME" $(id) `id`\\', "", "new\nline", "é 🦀"];

for (const input of ["none", "open", { file: "/tmp/in put'$" }] as const) {
  Deno.test(`unwrap() gives back what wrap() was given, input ${Deno.inspect(input)}`, () => {
    const [cmd, ...args] = ARGV;
    const wrapped = wrap(ARGV, input);
    assertEquals(wrapped.cmd, "/bin/sh");
    assertEquals(unwrap(wrapped), { cmd: cmd!, args });
    assertEquals(unwrap(wrap(["true"], input)), { cmd: "true", args: [] });
  });
}

Deno.test("unwrap() leaves alone what others started, and what is cut off", () => {
  for (
    const command of [
      { cmd: "/bin/sh", args: ["-c", "echo hi"] },
      { cmd: "/bin/sh", args: ["-c", 'exec "$@"; true', "sh", "ls"] },
      { cmd: "/bin/bash", args: ["-c", 'exec "$@"', "sh", "ls"] },
      { cmd: "/bin/sh", args: ["-c", 'exec "$@"', "sh"] },
      { cmd: "/bin/sh", args: [] },
      { cmd: "", args: [] },
    ]
  ) assertEquals(unwrap(command), command);
});

/** Runs a wrapped command here, with something on its standard input. */
async function run(
  argv: readonly string[],
  input: Parameters<typeof wrap>[1],
): Promise<{ stdout: string; code: number }> {
  const { cmd, args } = wrap(argv, input);
  const child = new Deno.Command(cmd, { args, stdin: "piped", stdout: "piped", stderr: "null" }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode("from the pipe")).catch(() => {});
  await writer.close().catch(() => {});
  const { stdout, code } = await child.output();
  return { stdout: new TextDecoder().decode(stdout), code };
}

Deno.test("wrap() hands an argv over as it is", async () => {
  const words = ARGV.slice(1);
  const { stdout } = await run(["printf", "%s\\0", ...words], "none");
  assertEquals(stdout.split("\0").slice(0, -1), words);
});

Deno.test("wrap() gives end of file, the pipe, or a file that is gone once it is open", async () => {
  assertEquals((await run(["cat"], "none")).stdout, "");
  assertEquals((await run(["cat"], "open")).stdout, "from the pipe");
  const file = await Deno.makeTempFile({ prefix: "wrapper 'it's $HOME" });
  await Deno.writeTextFile(file, "from the file");
  assertEquals(
    (await run(["sh", "-c", 'cat; test -e "$1" || echo " gone"', "sh", file], { file })).stdout,
    "from the file gone\n",
  );
  const removed = await Deno.stat(file).then(() => false, (error) => error instanceof Deno.errors.NotFound);
  assert(removed);
});

Deno.test("wrap() keeps the exit code, and says 127 and 126 as a shell does", async () => {
  assertEquals((await run(["sh", "-c", "exit 3"], "none")).code, 3);
  assertEquals((await run(["/no/such/binary"], "none")).code, 127);
  assertEquals((await run(["/dev/null"], "none")).code, 126);
});

Deno.test("wrap() does not start a command whose input file is missing", async () => {
  const { stdout, code } = await run(["echo", "started"], { file: "/no/such/file" });
  assertEquals(stdout, "");
  assert(code !== 0);
});

/** What a shell sees of its own process: id, group, session. */
const IDS = 'read -r pid _ _ _ group session _ </proc/$$/stat && echo "$pid $group $session"';

/** Whether `setsid` is where the wrapper looks for it. */
const HAS_SETSID = await Promise.any(["/usr/bin/setsid", "/bin/setsid"].map((path) => Deno.stat(path)))
  .then(() => true, () => false);

Deno.test({
  name: "wrap() gives a command its own session, and it keeps the pid that was started",
  ignore: !HAS_SETSID,
  async fn() {
    for (const input of ["none", "open"] as const) {
      for (const shell of ["sh", "/bin/bash"]) {
        const { cmd, args } = wrap([shell, "-c", IDS], input);
        const child = new Deno.Command(cmd, { args, stdin: "null", stdout: "piped" }).spawn();
        const [pid, group, session] = (await new Response(child.stdout).text()).trim().split(" ").map(Number);
        assertEquals([pid, group, session], [child.pid, child.pid, child.pid], `${input}, ${shell}`);
        assertEquals((await child.status).code, 0);
      }
    }
  },
});

Deno.test({
  name: "wrap() leaves a process that leads a group where it is: setsid would fork it",
  ignore: !HAS_SETSID,
  async fn() {
    const { cmd, args } = wrap(["sh", "-c", `${IDS}; exit 3`], "none");
    const { stdout, code } = await new Deno.Command("setsid", { args: ["-w", cmd, ...args] }).output();
    const [pid, group] = new TextDecoder().decode(stdout).trim().split(" ");
    assertEquals([group, code], [pid, 3]);
  },
});

Deno.test("wrap() says what is wrong with a binary as the shell does", async () => {
  for (const binary of ["/no/such/binary", "no-such-binary", "/dev/null", "/"]) {
    const words = async (args: string[]) => {
      const { stderr, code } = await new Deno.Command("/bin/sh", { args, stdin: "null" }).output();
      return [code, new TextDecoder().decode(stderr)];
    };
    assertEquals(await words(wrap([binary], "none").args), await words(["-c", 'exec "$@"', "sh", binary]), binary);
  }
});
