import type { Case } from "../case.ts";
import { check, equal, rejects } from "../check.ts";

/** Where a command runs, as whom, and with which variables. */
export const commandsContext: readonly Case[] = [
  {
    name: "envs: names and values are taken literally",
    source: "wire: process-env-proto",
    async run({ commands }) {
      const envs = { A: "1", EMPTY: "", SPACES: " a  b ", LINES: "x\ny", ODD: "$A `id` 'q' \"d\" \\ % é🦀" };
      const { stdout } = await commands.run(["env", "-0"], { envs });
      const got = new Map(stdout.split("\0").map((line) => [line.slice(0, line.indexOf("=")), line]));
      for (const [name, value] of Object.entries(envs)) equal(got.get(name), `${name}=${value}`);
    },
  },
  {
    name: "envs: they win over those of the account",
    source: "wire: process-env-json",
    async run({ commands }) {
      const { stdout } = await commands.run(["sh", "-c", 'echo "$HOME $USER"'], { envs: { HOME: "/", USER: "me" } });
      equal(stdout, "/ me\n");
    },
  },
  {
    name: "envs: PATH decides where a program is found",
    source: "docs/protocol.md §4",
    async run({ commands, files }, { dir }) {
      await files.writeText(`${dir}/own-program`, "#!/bin/sh\necho mine\n");
      await commands.run(["chmod", "755", `${dir}/own-program`]);
      equal((await commands.run(["own-program"], { envs: { PATH: `${dir}:/usr/bin:/bin` } })).stdout, "mine\n");
    },
  },
  {
    name: "envs: without any, the account's own are there",
    source: "wire: process-env-complete",
    async run({ commands }) {
      const names = (await commands.run(["env"])).stdout.split("\n").map((line) => line.split("=")[0]);
      for (const name of ["PATH", "HOME", "USER", "LOGNAME"]) check(names.includes(name), `${name} is missing`);
    },
  },
  {
    name: "envs: those of the sandbox reach commands, and the command's own win",
    source: "docs/protocol.md §4",
    async run(sandbox) {
      const { E2B_SANDBOX } = await sandbox.envs();
      const show = ["sh", "-c", 'printf %s "$E2B_SANDBOX"'];
      equal((await sandbox.commands.run(show)).stdout, E2B_SANDBOX);
      equal((await sandbox.commands.run(show, { envs: { E2B_SANDBOX: "mine" } })).stdout, "mine");
    },
  },
  {
    name: "cwd: an absolute path",
    source: "wire: process-cwd-given",
    async run({ commands, files }, { dir }) {
      await files.writeText(`${dir}/marker`, "here");
      equal((await commands.run(["cat", "marker"], { cwd: dir })).stdout, "here");
      equal((await commands.run("cat marker", { cwd: dir })).stdout, "here");
    },
  },
  {
    name: "cwd: a relative program is found from there",
    source: "docs/protocol.md §4",
    async run({ commands, files }, { dir }) {
      await files.writeText(`${dir}/run-me`, "#!/bin/sh\necho ran\n");
      await commands.run(["chmod", "755", `${dir}/run-me`]);
      equal((await commands.run(["./run-me"], { cwd: dir })).stdout, "ran\n");
    },
  },
  {
    name: "cwd: without one it is the home directory, which ~ names too",
    source: "wire: process-cwd-default",
    async run({ commands }) {
      const home = (await commands.run(["sh", "-c", 'cd "$HOME" && pwd -P'])).stdout;
      equal((await commands.run(["pwd", "-P"])).stdout, home);
      equal((await commands.run(["pwd", "-P"], { cwd: "~" })).stdout, home);
    },
  },
  {
    name: "cwd: hostile names",
    source: "wire: process-cwd-given",
    async run({ commands, files }, { dir }) {
      const cwd = `${dir}/a 'b' "c" $d\\e\n%20 🦀`;
      await files.makeDir(cwd);
      equal((await commands.run(["pwd"], { cwd })).stdout, `${cwd}\n`);
    },
  },
  {
    name: "cwd: a missing one is refused before anything runs",
    source: "wire: process-cwd-missing-proto",
    async run({ commands }, { dir }) {
      const error = await rejects(commands.run(["true"], { cwd: `${dir}/none` }), "invalid_argument");
      equal(error.name, "InvalidArgumentError");
    },
  },
  {
    name: "cwd: a file is refused",
    source: "docs/protocol.md §4",
    async run({ commands, files }, { dir }) {
      await files.writeText(`${dir}/file`, "");
      await rejects(commands.run(["true"], { cwd: `${dir}/file` }), "not_a_directory");
    },
  },
  {
    name: "user: an unknown one is refused before anything runs",
    source: "wire: process-user-unknown-proto",
    async run({ commands }) {
      const error = await rejects(commands.run(["true"], { user: "nobody-here" }), "unknown_user");
      equal(error.name, "AuthenticationError");
      check(error.hint, "there is a hint");
    },
  },
  {
    name: "user: commands run as root unless told otherwise",
    source: "docs/protocol.md §2",
    async run({ commands }) {
      equal((await commands.run(["id"])).stdout, (await commands.run(["id"], { user: "root" })).stdout);
    },
  },
];
