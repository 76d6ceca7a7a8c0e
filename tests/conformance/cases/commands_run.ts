import type { Case } from "../case.ts";
import { check, equal, rejects } from "../check.ts";

/** How a command is started, and how it ends. */
export const commandsRun: readonly Case[] = [
  {
    name: "run: a line of shell, its output and its result",
    source: "wire: process-start-e2b-style",
    async run({ commands }) {
      const result = await commands.run("echo hello");
      equal(result.stdout, "hello\n");
      equal(result.stderr, "");
      equal(result.stdoutBytes, new TextEncoder().encode("hello\n"));
      equal(result.stderrBytes.length, 0);
      equal(result.exitCode, 0);
      equal(result.error, undefined);
      equal(result.signal, undefined);
      equal(result.truncatedBytes, 0);
      check(Number.isInteger(result.pid) && result.pid > 1, `pid ${result.pid}`);
    },
  },
  {
    name: "run: an argv",
    source: "wire: process-start-echo-proto",
    async run({ commands }) {
      equal((await commands.run(["echo", "hello", "world"])).stdout, "hello world\n");
    },
  },
  {
    name: "run: another exit code than 0 rejects, with everything the command said",
    source: "wire: process-start-stdout-stderr-exit3-proto",
    async run({ commands }) {
      const error = await rejects(commands.run("echo out; echo err >&2; exit 3"), "command_exit");
      equal(error.name, "CommandExitError");
      equal(error.exitCode, 3);
      equal(error.stdout, "out\n");
      equal(error.stderr, "err\n");
      equal(error.errorMessage, "exit status 3");
      equal(error.result.exitCode, 3);
      equal(error.result.stdout, "out\n");
      equal(error.retryable, false);
    },
  },
  {
    name: "run: check false gives the result whatever the exit code",
    source: "wire: process-start-stdout-stderr-exit3-json",
    async run({ commands }) {
      const result = await commands.run("echo out; echo err >&2; exit 3", { check: false });
      equal([result.exitCode, result.stdout, result.stderr, result.error], [3, "out\n", "err\n", "exit status 3"]);
    },
  },
  {
    name: "run: the largest exit code",
    source: "wire: process-start-exit255-json",
    async run({ commands }) {
      equal((await commands.run(["sh", "-c", "exit 255"], { check: false })).exitCode, 255);
    },
  },
  {
    name: "run: no output at all",
    source: "wire: process-start-empty-output-json",
    async run({ commands }) {
      const { stdout, stderr, stdoutBytes, exitCode } = await commands.run(["true"]);
      equal([stdout, stderr, stdoutBytes.length, exitCode], ["", "", 0, 0]);
    },
  },
  {
    name: "run: no shell parses an argv",
    source: "wire: process-args-literal",
    async run({ commands }) {
      const args = ["*", "$HOME", "a b", "", "~", "`id`", "$(id)", "'", '"', "\\n", "-n", "a;b", "x\ny", "&&", "é🦀"];
      equal((await commands.run(["printf", "[%s]", ...args])).stdout, args.map((arg) => `[${arg}]`).join(""));
    },
  },
  {
    name: "run: a program's own options are not the shell's",
    source: "wire: process-args-literal",
    async run({ commands }) {
      equal((await commands.run(["printf", "%s %s %s", "-c", "--", "-x"])).stdout, "-c -- -x");
    },
  },
  {
    name: "run: a string is run by a login shell, with all its grammar",
    source: "wire: process-start-e2b-style",
    async run({ commands }) {
      equal((await commands.run("shopt -q login_shell && echo login")).stdout, "login\n");
      const script = 'words=(one two)\nfor word in "${words[@]}"; do\n  echo $word\ndone | tr a-z A-Z';
      equal((await commands.run(script)).stdout, "ONE\nTWO\n");
    },
  },
  {
    name: "run: the pid is the command's own",
    source: "docs/protocol.md §4",
    async run({ commands }) {
      const { stdout, pid } = await commands.run(["sh", "-c", "echo $$"]);
      equal(stdout, `${pid}\n`);
    },
  },
  {
    name: "run: a program that does not exist is exit code 127 and says so",
    source: "docs/protocol.md §4",
    async run({ commands }, { dir }) {
      const error = await rejects(commands.run([`${dir}/none`, "arg"]), "command_exit");
      equal(error.exitCode, 127);
      check(error.stderr.includes("none"), `stderr: ${error.stderr}`);
    },
  },
  {
    name: "run: a name that is not in PATH is exit code 127, in either form",
    source: "docs/protocol.md §4",
    async run({ commands }) {
      // A directory in PATH that may not be read would be 126.
      const options = { check: false, envs: { PATH: "/usr/bin:/bin" } };
      equal((await commands.run(["no-such-program-here"], options)).exitCode, 127);
      equal((await commands.run("no-such-program-here", options)).exitCode, 127);
    },
  },
  {
    name: "run: a file that is not executable is exit code 126 and says so",
    source: "docs/protocol.md §4",
    async run({ commands, files }, { dir }) {
      await files.writeText(`${dir}/data`, "no program\n");
      const error = await rejects(commands.run([`${dir}/data`]), "command_exit");
      equal(error.exitCode, 126);
      check(error.stderr.includes("data"), `stderr: ${error.stderr}`);
    },
  },
  {
    name: "run: an argument beyond the kernel's limit is refused",
    source: "docs/protocol.md §4",
    async run({ commands }) {
      await rejects(commands.run(["true", "x".repeat(256 * 1024)]), "invalid_argument");
    },
  },
  {
    name: "run in the background: a handle, its pid and its result",
    source: "wire: process-start-echo-proto",
    async run({ commands }, { own }) {
      const handle = own(await commands.run(["echo", "hello"], { background: true }));
      const result = await handle.wait();
      equal([result.stdout, result.exitCode, result.pid], ["hello\n", 0, handle.pid]);
    },
  },
  {
    name: "start: another exit code than 0 rejects the wait, unless told not to check",
    source: "wire: process-start-stdout-stderr-exit3-proto",
    async run({ commands }, { own }) {
      const handle = own(await commands.start("echo out; exit 3"));
      equal((await handle.wait({ check: false })).exitCode, 3);
      equal((await rejects(handle.wait(), "command_exit")).stdout, "out\n");
    },
  },
  {
    name: "run: many at once",
    source: "docs/protocol.md §4",
    async run({ commands }) {
      const all = await Promise.all(Array.from({ length: 10 }, (_, i) => commands.run(["echo", `${i}`])));
      equal(all.map(({ stdout }) => stdout).join(""), "0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n");
    },
  },
];
