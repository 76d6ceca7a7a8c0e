import type { RuntimeClient } from "../../../mod.ts";
import type { Case } from "../case.ts";
import { check, equal, rejection, rejects } from "../check.ts";
import { follow, gone, isListed } from "../tools.ts";

/** A command that starts others: what it is itself, and what is found of it by a number that no other case has. */
function family(): { readonly number: string; count(sandbox: RuntimeClient): Promise<number> } {
  const number = `${1e9 + Math.floor(Math.random() * 1e9)}`;
  return {
    number,
    /** How many processes of the sandbox have the number among their arguments. A dead one has none. */
    async count({ commands }) {
      const { stdout } = await commands.run(["sh", "-c", 'for f in /proc/[0-9]*/cmdline; do cat "$f"; echo; done; :']);
      return stdout.split("\n").filter((words) => words.split("\0").includes(number)).length;
    },
  };
}

/** Starts a shell whose script has the number as `$0`, and waits for the first words of it. */
async function begin(sandbox: RuntimeClient, script: string, number: string, options = {}) {
  const handle = await sandbox.commands.start(["sh", "-c", script, number], options);
  await follow(handle).until((text) => text.includes("ready\n"));
  return handle;
}

/** Two children that do not end, one of them not waited for. */
const FAMILY = 'sleep "$0" & sh -c "sleep $0 & echo ready; wait" "$0"';
/** The same, and nothing of it heeds SIGTERM. */
const DEAF = `trap "" TERM; ${FAMILY}`;

async function hasSetsid({ commands }: RuntimeClient): Promise<boolean> {
  const { exitCode } = await commands.run(["sh", "-c", "[ -x /usr/bin/setsid ] || [ -x /bin/setsid ]"], {
    check: false,
  });
  return exitCode === 0;
}

/** What a command has started ends with it. */
export const processTrees: readonly Case[] = [
  {
    name: "tree: an abort ends all that the command has started",
    source: "docs/protocol.md §4",
    async run(sandbox, { own }) {
      const { number, count } = family();
      const controller = new AbortController();
      const handle = own(await begin(sandbox, FAMILY, number, { signal: controller.signal }));
      equal(await count(sandbox), 4, "two shells and two children");
      const reason = new Error("enough");
      controller.abort(reason);
      check(await rejection(handle.wait()) === reason, "the caller's own reason");
      equal(await count(sandbox), 0, "what is left");
      await gone(sandbox, handle.pid);
    },
  },
  {
    name: "tree: an abort before the command has started ends it as well",
    source: "docs/protocol.md §8 B4",
    async run(sandbox, { unique: tag }) {
      const { number, count } = family();
      const controller = new AbortController();
      const reason = new Error("changed my mind");
      const script = 'sleep "$0" & sleep "$0"';
      const running = rejection(
        sandbox.commands.run(["sh", "-c", script, number], { signal: controller.signal, tag }),
      );
      controller.abort(reason);
      check(await running === reason, "the caller's own reason");
      equal(await count(sandbox), 0, "what is left");
      await gone(sandbox, { tag });
    },
  },
  {
    name: "tree: timeoutMs, too much output and a callback that throws end it",
    source: "docs/protocol.md §4",
    async run(sandbox) {
      const { number, count } = family();
      const command = ["sh", "-c", FAMILY, number];
      await rejects(sandbox.commands.run(command, { timeoutMs: 300 }), "command_timeout");
      await rejects(sandbox.commands.run(command, { maxOutputBytes: 1 }), "output_limit");
      const mine = new Error("mine");
      const onStdout = () => {
        throw mine;
      };
      check(await rejection(sandbox.commands.run(command, { onStdout })) === mine, "the callback's own error");
      equal(await count(sandbox), 0, "what is left");
    },
  },
  {
    name: "tree: disposal ends it",
    source: "docs/protocol.md §4",
    async run(sandbox) {
      const { number, count } = family();
      const handle = await begin(sandbox, FAMILY, number);
      await handle[Symbol.asyncDispose]();
      equal(await count(sandbox), 0, "what is left");
      equal((await handle.wait({ check: false })).signal, "SIGTERM");
    },
  },
  {
    name: "tree: what heeds no SIGTERM is killed after 2 s",
    source: "docs/protocol.md §4",
    async run(sandbox, { own }) {
      const { number, count } = family();
      const controller = new AbortController();
      const handle = own(await begin(sandbox, DEAF, number, { signal: controller.signal }));
      const started = Date.now();
      controller.abort();
      await rejection(handle.wait());
      check(Date.now() - started >= 1_900, "it had its time");
      equal(await count(sandbox), 0, "what is left");
    },
  },
  {
    name: "tree: what a command prints on SIGTERM arrives, to the last byte",
    source: "docs/protocol.md §8 B9",
    async run(sandbox) {
      const last = "head -c 60000 /dev/zero | tr '\\0' x";
      const script = `trap "${last}; exit 3" TERM; echo ready; while :; do sleep 0.02; done`;
      const run = sandbox.commands.run(["sh", "-c", script], { timeoutMs: 300 });
      const { partial } = await rejects(run, "command_timeout");
      equal(partial?.stdout.length, "ready\n".length + 60_000);
    },
  },
  {
    name: "tree: kill of a handle, the result says how the command ended",
    source: "docs/protocol.md §4",
    async run(sandbox, { own }) {
      const { number, count } = family();
      const handle = own(await begin(sandbox, FAMILY, number));
      equal(await handle.kill({ tree: true }), true);
      equal(await count(sandbox), 0, "what is left");
      const { exitCode, signal, stdout } = await handle.wait({ check: false });
      equal([exitCode, signal, stdout], [143, "SIGTERM", "ready\n"]);
      equal(await handle.kill({ tree: true }), false);
    },
  },
  {
    name: "tree: kill with a grace of its own, and with none",
    source: "docs/protocol.md §4",
    async run(sandbox, { own }) {
      for (const graceMs of [0, 200]) {
        const { number, count } = family();
        const handle = own(await begin(sandbox, DEAF, number));
        equal(await handle.kill({ tree: true, graceMs }), true);
        equal(await count(sandbox), 0, "what is left");
        equal((await handle.wait({ check: false })).signal, "SIGKILL");
      }
      const trap = 'trap "echo heard; exit 3" TERM; echo ready; while :; do sleep 0.02; done';
      const handle = own(await begin(sandbox, trap, "none"));
      equal(await handle.kill({ tree: true, graceMs: 0 }), true);
      equal((await handle.wait({ check: false })).stdout, "ready\n", "no SIGTERM came before");
    },
  },
  {
    name: "tree: kill by process id ends it, and nothing beside it",
    source: "docs/protocol.md §4",
    async run(sandbox, { own }) {
      const [doomed, spared] = [family(), family()];
      const handle = own(await begin(sandbox, FAMILY, doomed.number));
      own(await begin(sandbox, FAMILY, spared.number));
      equal(await sandbox.commands.kill(handle.pid, { tree: true }), true);
      equal([await doomed.count(sandbox), await spared.count(sandbox)], [0, 4]);
      await gone(sandbox, handle.pid);
      equal(await sandbox.commands.kill(handle.pid, { tree: true }), false);
    },
  },
  {
    name: "tree: what was orphaned belongs to it, and what went into a session of its own below its parent",
    source: "docs/protocol.md §4",
    async run(sandbox, { own }) {
      if (!await hasSetsid(sandbox)) return;
      const { number, count } = family();
      const script = '(sleep "$0" &); setsid sleep "$0" & echo ready; wait';
      const handle = own(await begin(sandbox, script, number));
      equal(await count(sandbox), 3);
      equal(await handle.kill({ tree: true }), true);
      equal(await count(sandbox), 0, "what is left");
    },
  },
  {
    name: "tree: what outlived its command is ended by its process id, once",
    source: "docs/protocol.md §4",
    async run(sandbox, { own }) {
      if (!await hasSetsid(sandbox)) return;
      const { number, count } = family();
      const script = 'sleep "$0" >/dev/null 2>&1 & echo ready';
      const handle = own(await sandbox.commands.start(["sh", "-c", script, number]));
      equal((await handle.wait()).exitCode, 0);
      await handle[Symbol.asyncDispose]();
      equal(await count(sandbox), 1, "it was meant to stay");
      equal(await handle.kill(), false, "the command itself is gone");
      equal(await handle.kill({ tree: true }), true);
      equal(await count(sandbox), 0, "what is left");
      equal(await handle.kill({ tree: true }), false);

      const { pid } = await sandbox.commands.run(["sh", "-c", script, number]);
      equal(await sandbox.commands.kill(pid), false, "the command itself is gone");
      equal(await sandbox.commands.kill(pid, { tree: true }), true);
      equal(await count(sandbox), 0, "what is left");
      equal(await sandbox.commands.kill(pid, { tree: true }), false);
    },
  },
  {
    name: "tree: one that forks without end does not get away",
    source: "docs/protocol.md §4",
    async run(sandbox, { own, dir }) {
      if (!await hasSetsid(sandbox)) return;
      const { number, count } = family();
      // Each starts the next and ends. It all ends with the directory of the case.
      const chain = '[ -d "$2" ] || exit; sh -c "$1" "$0" "$1" "$2" &';
      const script = `trap "" TERM; ${chain} echo ready`;
      const handle = own(await sandbox.commands.start(["sh", "-c", script, number, `trap "" TERM; ${chain}`, dir]));
      await follow(handle).until((text) => text === "ready\n");
      equal(await handle.kill({ tree: true, graceMs: 100 }), true);
      equal(await count(sandbox), 0, "what is left");
      equal(await handle.kill({ tree: true }), false);
    },
  },
  {
    name: "tree: one that is stopped ends",
    source: "docs/protocol.md §4",
    async run(sandbox, { own }) {
      const { number, count } = family();
      const handle = own(await begin(sandbox, FAMILY, number));
      await sandbox.commands.run(["kill", "-STOP", `${handle.pid}`]);
      equal(await handle.kill({ tree: true }), true);
      equal(await count(sandbox), 0, "what is left");
      equal((await handle.wait({ check: false })).signal, "SIGTERM");
    },
  },
  {
    name: "tree: the end comes although what has left the tree still holds the output",
    source: "wire: process-sigkill-tree",
    async run(sandbox, { own }) {
      if (!await hasSetsid(sandbox)) return;
      const { number, count } = family();
      const script = '(setsid sh -c \'echo $$; exec sleep "$0"\' "$0" &); while :; do sleep 0.05; done';
      const handle = own(await sandbox.commands.start(["sh", "-c", script, number]));
      const away = (await follow(handle).until((text) => text.endsWith("\n"))).trim();
      try {
        equal(await handle.kill({ tree: true }), true);
        equal((await handle.wait({ check: false })).stdout, `${away}\n`);
        equal(await count(sandbox), 1, "it went away to stay");
      } finally {
        await sandbox.commands.run(["kill", away]);
      }
    },
  },
  {
    name: "tree: a plain kill and a signal leave the children alone",
    source: "wire: process-sigkill-tree",
    async run(sandbox, { own }) {
      const { number, count } = family();
      const handle = own(await begin(sandbox, 'sleep "$0" & echo ready; wait', number));
      equal(await handle.kill(), true);
      equal((await handle.wait({ check: false })).signal, "SIGKILL");
      equal(await count(sandbox), 1, "the child");
      if (await hasSetsid(sandbox)) equal(await handle.kill({ tree: true }), true);
    },
  },
  {
    name: "tree: false where there is no such process, or it is not the daemon's",
    source: "wire: process-sendsignal-unknown-json",
    async run({ commands }) {
      equal(await commands.kill(999_999, { tree: true }), false);
      equal(await commands.kill(1, { tree: true }), false);
      const { stdout } = await commands.run(["sh", "-c", "echo $PPID"]);
      equal(await commands.kill(Number(stdout), { tree: true }), false, "the daemon itself");
      equal((await commands.run(["echo", "well"])).stdout, "well\n");
    },
  },
  {
    name: "tree: a command may signal its own group",
    source: "docs/protocol.md §4",
    async run(sandbox, { own }) {
      if (!await hasSetsid(sandbox)) return;
      const other = own(await sandbox.commands.start(["sleep", "600"]));
      const { signal } = await sandbox.commands.run(["sh", "-c", "sleep 600 & kill -KILL 0"], { check: false });
      equal(signal, "SIGKILL");
      check(await isListed(sandbox, other.pid), "the other one lives");
    },
  },
  {
    name: "tree: an aborted kill leaves it to the helper",
    source: "docs/protocol.md §4",
    async run(sandbox, { own }) {
      const { number } = family();
      const handle = own(await begin(sandbox, DEAF, number));
      const reason = new Error("no time");
      check(
        await rejection(handle.kill({ tree: true, signal: AbortSignal.abort(reason) })) === reason,
        "aborted before",
      );
      check(await isListed(sandbox, handle.pid), "and nothing was done");
      const controller = new AbortController();
      // Longer than a busy machine takes for a list.
      const killing = rejection(handle.kill({ tree: true, graceMs: 1_000, signal: controller.signal }));
      await isListed(sandbox, handle.pid);
      controller.abort(reason);
      check(await killing === reason, "the caller's own reason");
      equal((await handle.wait({ check: false })).signal, "SIGKILL");
    },
  },
];
