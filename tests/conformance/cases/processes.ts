import type { Case } from "../case.ts";
import { check, equal, rejects } from "../check.ts";
import { follow, gone, isListed } from "../tools.ts";

/** What runs, and how to come back to it. */
export const processes: readonly Case[] = [
  {
    name: "list: the command itself, as it was asked for",
    source: "wire: process-list-proto",
    async run({ commands }, { own, dir, unique: tag }) {
      const envs = { A: "1", B: "two words" };
      const handle = own(await commands.start(["sleep", "600"], { tag, envs, cwd: dir }));
      const found = (await commands.list()).filter(({ pid }) => pid === handle.pid);
      equal(found, [{ pid: handle.pid, tag, cmd: "sleep", args: ["600"], envs, cwd: dir }]);
    },
  },
  {
    name: "list: a line of shell, with no more than was given",
    source: "wire: process-list-proto",
    async run({ commands }, { own }) {
      const handle = own(await commands.start("sleep 600; true"));
      const found = (await commands.list()).find(({ pid }) => pid === handle.pid);
      check(found, "it is listed");
      equal([found.cmd, found.args], ["/bin/bash", ["-l", "-c", "sleep 600; true"]]);
      equal([found.tag, found.cwd, found.envs], [undefined, undefined, {}]);
    },
  },
  {
    name: "list: the command itself, whatever its input",
    source: "wire: process-list-proto",
    async run({ commands }, { own }) {
      for (const stdin of [true, "data", false]) {
        const handle = own(await commands.start(["sleep", "600"], { stdin }));
        const found = (await commands.list()).find(({ pid }) => pid === handle.pid);
        equal([found?.cmd, found?.args], ["sleep", ["600"]], `stdin ${stdin}`);
      }
    },
  },
  {
    name: "list: what has ended is not there",
    source: "wire: process-list-json",
    async run(sandbox, { own }) {
      const handle = own(await sandbox.commands.start(["true"]));
      await handle.wait();
      await gone(sandbox, handle.pid);
    },
  },
  {
    name: "connectToProcess: by pid, with later output only, and the same end",
    source: "wire: process-connect-proto",
    async run({ commands }, { own }) {
      const handle = own(await commands.start(["cat"], { stdin: true }));
      const first = follow(handle);
      await handle.sendStdin("one\n");
      await first.until((text) => text === "one\n");
      const second = own(await commands.connectToProcess(handle.pid));
      equal(second.pid, handle.pid);
      await second.sendStdin("two\n");
      await follow(second).until((text) => text === "two\n");
      await first.until((text) => text === "one\ntwo\n");
      equal(await second.kill(), true);
      const ends = await Promise.all([handle.wait({ check: false }), second.wait({ check: false })]);
      equal(ends.map(({ signal, exitCode, stdout }) => [signal, exitCode, stdout]), [
        ["SIGKILL", 137, "one\ntwo\n"],
        ["SIGKILL", 137, "two\n"],
      ]);
    },
  },
  {
    name: "connectToProcess: by tag, among others",
    source: "wire: process-tag",
    async run({ commands }, { own, unique }) {
      const others = ["a", "b", "c"].map((tag) => commands.start(["sleep", "600"], { tag: `${unique}-${tag}` }));
      for (const other of await Promise.all(others)) own(other);
      // Not all of them: five streams leave a browser, which opens six connections, one for everything else.
      for (const tag of ["b", "a"]) {
        const handle = own(await commands.connectToProcess({ tag: `${unique}-${tag}` }));
        equal((await commands.list()).find(({ pid }) => pid === handle.pid)?.tag, `${unique}-${tag}`);
      }
    },
  },
  {
    name: "connectToProcess: an unknown pid, an unknown tag",
    source: "wire: process-connect-unknown",
    async run({ commands }, { unique: tag }) {
      const error = await rejects(commands.connectToProcess(999_999), "process_not_found");
      equal(error.name, "NotFoundError");
      await rejects(commands.connectToProcess({ tag }), "process_not_found");
    },
  },
  {
    name: "connectToProcess: a second subscriber gets the exit code",
    source: "wire: process-connect-proto",
    async run({ commands }, { own }) {
      const handle = own(await commands.start(["sh", "-c", "read line; exit 7"], { stdin: true }));
      const second = own(await commands.connectToProcess(handle.pid));
      await handle.sendStdin("\n");
      equal((await rejects(second.wait(), "command_exit")).exitCode, 7);
    },
  },
  {
    name: "disconnect: the command lives on, and one can come back",
    source: "wire: process-disconnect-survives",
    async run(sandbox, { own }) {
      const handle = own(await sandbox.commands.start(["cat"], { stdin: true }));
      await handle.disconnect();
      check(await isListed(sandbox, handle.pid), "it lives");
      const again = own(await sandbox.commands.connectToProcess(handle.pid));
      await again.sendStdin("still there\n");
      await follow(again).until((text) => text === "still there\n");
      equal(await again.kill(), true);
    },
  },
  {
    name: "disposal of a connected handle leaves the command alone",
    source: "wire: process-disconnect-survives",
    async run(sandbox, { own }) {
      const handle = own(await sandbox.commands.start(["cat"], { stdin: true }));
      const second = await sandbox.commands.connectToProcess(handle.pid);
      await second[Symbol.asyncDispose]();
      check(await isListed(sandbox, handle.pid), "it lives");
      await handle.sendStdin("hello\n");
      await follow(handle).until((text) => text === "hello\n");
    },
  },
  {
    name: "a handle's streams are bytes of its own process only",
    source: "wire: process-list-two",
    async run({ commands }, { own }) {
      const [a, b] = await Promise.all(["a", "b"].map((word) => commands.start(["sh", "-c", `echo ${word}`])));
      check(a && b && own(a) && own(b), "both run");
      const texts = await Promise.all([a, b].map(async (handle) => (await handle.wait()).stdout));
      equal(texts, ["a\n", "b\n"]);
    },
  },
];
