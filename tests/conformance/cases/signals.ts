import type { Case } from "../case.ts";
import { check, equal, rejects } from "../check.ts";
import { follow, gone, isListed } from "../tools.ts";

/** Not HUP and INT: OpenKruise starts the daemon so that its commands ignore them. */
const SIGNALS = { KILL: 9, USR1: 10, SEGV: 11, USR2: 12, PIPE: 13, ALRM: 14, TERM: 15, ABRT: 6 } as const;

/** How a command ends by a signal, its own or one that is sent. */
export const signals: readonly Case[] = [
  {
    name: "signal: a command that dies of one has its name, and the exit code that a shell would give",
    source: "wire: process-signal-statuses",
    async run({ commands }) {
      for (const [name, number] of Object.entries(SIGNALS)) {
        const result = await commands.run(["sh", "-c", `kill -${name} $$`], { check: false });
        equal([result.signal, result.exitCode], [`SIG${name}`, 128 + number], name);
        check(result.error?.startsWith("signal: "), `${name}: ${result.error}`);
      }
    },
  },
  {
    name: "signal: run rejects with it",
    source: "wire: process-signal-statuses",
    async run({ commands }) {
      const error = await rejects(commands.run(["sh", "-c", "echo last words; kill -KILL $$"]), "command_exit");
      equal([error.exitCode, error.result.signal, error.stdout], [137, "SIGKILL", "last words\n"]);
    },
  },
  {
    name: "signal: an exit code of 137 is no signal",
    source: "wire: process-shell-reports-137",
    async run({ commands }) {
      const result = await commands.run("sh -c 'kill -KILL $$'; exit $?", { check: false });
      equal([result.exitCode, result.signal, result.error], [137, undefined, "exit status 137"]);
    },
  },
  {
    name: "kill: true, the command is dead, and false from then on",
    source: "wire: process-sigkill-proto",
    async run(sandbox, { own }) {
      const handle = own(await sandbox.commands.start(["sleep", "600"]));
      equal(await handle.kill(), true);
      const result = await handle.wait({ check: false });
      equal([result.exitCode, result.signal, result.error], [137, "SIGKILL", "signal: killed"]);
      await gone(sandbox, handle.pid);
      equal(await handle.kill(), false);
      equal(await sandbox.commands.kill(handle.pid), false);
    },
  },
  {
    name: "kill: by pid, true and then false",
    source: "wire: process-sigkill-json",
    async run(sandbox, { own }) {
      const handle = own(await sandbox.commands.start(["sleep", "600"]));
      equal(await sandbox.commands.kill(handle.pid), true);
      equal((await handle.wait({ check: false })).signal, "SIGKILL");
      await gone(sandbox, handle.pid);
      equal(await sandbox.commands.kill(handle.pid), false);
    },
  },
  {
    name: "kill and sendSignal: false where there is no such process",
    source: "wire: process-sendsignal-unknown-json",
    async run({ commands }) {
      equal(await commands.kill(999_999), false);
      equal(await commands.sendSignal(999_999, "SIGTERM"), false);
      equal(await commands.kill(1), false); // there, but not the daemon's
    },
  },
  {
    name: "sendSignal: SIGTERM ends a command",
    source: "wire: process-sigterm-json",
    async run({ commands }, { own }) {
      const handle = own(await commands.start(["sleep", "600"]));
      equal(await handle.sendSignal("SIGTERM"), true);
      const error = await rejects(handle.wait(), "command_exit");
      equal([error.exitCode, error.result.signal, error.errorMessage], [143, "SIGTERM", "signal: terminated"]);
    },
  },
  {
    name: "sendSignal: a command may handle SIGTERM",
    source: "docs/protocol.md §4",
    async run({ commands }, { own }) {
      const script = "trap 'exit 5' TERM; echo ready; while :; do sleep 0.05; done";
      const handle = own(await commands.start(["sh", "-c", script]));
      await follow(handle).until((text) => text === "ready\n");
      equal(await commands.sendSignal(handle.pid, "SIGTERM"), true);
      const { exitCode, signal } = await handle.wait({ check: false });
      equal([exitCode, signal], [5, undefined]);
    },
  },
  {
    name: "kill: the end comes although a grandchild still holds the output",
    source: "wire: process-sigkill-tree",
    async run({ commands }, { own }) {
      const handle = own(await commands.start(["sh", "-c", "sleep 600 & echo $!; wait"]));
      const grandchild = (await follow(handle).until((text) => text.endsWith("\n"))).trim();
      try {
        equal(await handle.kill(), true);
        equal((await handle.wait({ check: false })).signal, "SIGKILL");
      } finally {
        await commands.run(["kill", grandchild]);
      }
    },
  },
  {
    name: "disposal kills a command that was started",
    source: "wire: process-sigkill-proto",
    async run(sandbox) {
      const handle = await sandbox.commands.start(["sleep", "600"]);
      check(await isListed(sandbox, handle.pid), "it runs");
      await handle[Symbol.asyncDispose]();
      await gone(sandbox, handle.pid);
    },
  },
  {
    name: "disposal after the end does nothing",
    source: "wire: process-start-echo-proto",
    async run({ commands }) {
      const handle = await commands.start(["echo", "hello"]);
      await handle.wait();
      await handle[Symbol.asyncDispose]();
      equal((await handle.wait()).stdout, "hello\n");
    },
  },
];
