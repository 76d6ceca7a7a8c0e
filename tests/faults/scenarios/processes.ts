import { check, equal, rejects } from "../../conformance/check.ts";
import { follow } from "../../conformance/tools.ts";
import type { Outcome, Scenario, Stage } from "../scenario.ts";

async function notTwice({ runs }: Stage): Promise<void> {
  check(await runs() <= 1, "it ran twice");
}

/** Says each line again, and ends with it. */
const ECHO = 'while read line; do echo "$line" >> heard; echo "$line"; [ "$line" = end ] && exit 4; done';

async function isThere(stage: Stage, { left }: Outcome): Promise<void> {
  await notTwice(stage);
  check(left.length === 1, "what another has started must go on");
}

/** Processes that go on, and those of others. */
export const processes: readonly Scenario[] = [
  {
    name: "feed a command line by line",
    stdout: () => ["one\ntwo\nend\n"],
    async run({ sandbox, script, own }) {
      const handle = own(await sandbox.commands.start(script(ECHO), { stdin: true }));
      const output = follow(handle);
      for (const line of ["one", "two", "end"]) {
        await handle.sendStdin(`${line}\n`);
        await output.until((text) => text.endsWith(`${line}\n`));
      }
      const result = await handle.wait({ check: false });
      equal([result.exitCode, result.stdout], [4, "one\ntwo\nend\n"]);
    },
    async after({ runs, marks }, { error }) {
      const ran = await runs();
      check(ran <= 1 && (error !== undefined || ran === 1), `the command ran ${ran} times`);
      const lines = await marks("heard");
      check("one\ntwo\nend\n".startsWith(lines), `a line came twice or out of order: ${JSON.stringify(lines)}`);
    },
  },
  {
    name: "follow another's process",
    stdout: () => ["later\nend\n"],
    async run({ sandbox, direct, script, own }) {
      const theirs = own(await direct.commands.start(script(ECHO), { stdin: true }));
      await direct.commands.sendStdin(theirs.pid, "before\n");
      await follow(theirs).until((text) => text === "before\n");
      const handle = await sandbox.commands.connectToProcess(theirs.pid);
      try {
        await direct.commands.sendStdin(theirs.pid, "later\nend\n");
        const result = await handle.wait({ check: false });
        equal([result.exitCode, result.stdout], [4, "later\nend\n"]);
      } finally {
        await handle[Symbol.asyncDispose]();
      }
    },
    async after({ runs }) {
      equal(await runs(), 1, "runs");
    },
  },
  {
    name: "follow another's process by its tag, and let go",
    stdout: () => [""],
    async run({ sandbox, direct, script }) {
      const theirs = await direct.commands.start(script("exec sleep 60"), { tag: "mine" });
      await theirs.disconnect();
      const handle = await sandbox.commands.connectToProcess({ tag: "mine" });
      equal(handle.pid, theirs.pid);
      await handle[Symbol.asyncDispose]();
      await rejects(handle.wait(), "disconnected");
    },
    leaves: true,
    after: isThere,
  },
  {
    name: "start, and let go",
    stdout: () => [""],
    async run({ sandbox, script }) {
      const handle = await sandbox.commands.start(script("exec sleep 60"));
      await handle.disconnect();
      await handle[Symbol.asyncDispose]();
    },
    leaves: true,
    async after(stage, outcome) {
      const { error, left } = outcome;
      if (error === undefined) await isThere(stage, outcome);
      else check(await stage.runs() <= 1 && left.length <= 1, "it ran twice");
    },
  },
  {
    name: "list processes",
    async run({ sandbox, direct, script, own, dir }) {
      const theirs = own(
        await direct.commands.start(script("exec sleep 60"), { tag: "mine", envs: { A: "é" }, cwd: dir }),
      );
      const all = await sandbox.commands.list();
      const command = script("exec sleep 60");
      equal(all, [{ pid: theirs.pid, tag: "mine", cmd: "sh", args: command.slice(1), envs: { A: "é" }, cwd: dir }]);
    },
    after: notTwice,
  },
];
