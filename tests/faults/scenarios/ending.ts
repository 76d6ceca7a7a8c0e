import { isSandboxError, type RuntimeClient, type SandboxError } from "../../../mod.ts";
import { check, equal, rejection, rejects } from "../../conformance/check.ts";
import { follow } from "../../conformance/tools.ts";
import type { Outcome, Scenario, Stage } from "../scenario.ts";

/** It runs for longer than any case takes. */
const ENDLESS = "echo early; exec sleep 60";
const TERM = "trap 'echo term >> heard; exit 3' TERM; echo ready; while :; do sleep 0.05; done";

async function ranOnce(stage: Stage, { error }: Outcome): Promise<void> {
  const runs = await stage.runs();
  check(error === undefined ? runs === 1 : runs <= 1, `the command ran ${runs} times`);
}

/** What is ended early may not have come to its first line. */
async function notTwice(stage: Stage): Promise<void> {
  const runs = await stage.runs();
  check(runs <= 1, `the command ran ${runs} times`);
}

/** What was killed is gone, a moment later: the daemon takes it off its list behind its end. */
async function dies(direct: RuntimeClient, pid?: number): Promise<void> {
  const deadline = performance.now() + 5_000;
  while ((await direct.commands.list()).some((process) => pid === undefined || process.pid === pid)) {
    check(performance.now() < deadline, "it was told to be dead, and runs");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** What is told of the fate of a stopped process is so. */
export async function checkFate({ message, hint = "" }: SandboxError, direct: RuntimeClient): Promise<void> {
  if (message.endsWith(" and was killed")) return await dies(direct);
  check(message.endsWith(", and killing it failed") && /may still run, as process \d+$/.test(hint), message);
}

/** Commands that are made to end. */
export const ending: readonly Scenario[] = [
  {
    name: "kill",
    stdout: () => ["early\n"],
    async run({ sandbox, script, own, direct }) {
      const handle = own(await sandbox.commands.start(script(ENDLESS)));
      await follow(handle).until((text) => text === "early\n");
      const killed = await handle.kill();
      equal(killed, true, "there was such a process");
      check(
        !(await direct.commands.list()).some(({ pid }) => pid === handle.pid),
        "it was told to be dead, and is not",
      );
      const result = await handle.wait({ check: false });
      equal([result.exitCode, result.signal, result.stdout], [137, "SIGKILL", "early\n"]);
    },
    after: ranOnce,
  },
  {
    name: "kill by process id, twice",
    stdout: () => ["early\n"],
    async run({ sandbox, direct, script, own }) {
      const handle = own(await direct.commands.start(script(ENDLESS)));
      equal(await sandbox.commands.kill(handle.pid), true, "there was such a process");
      equal((await handle.wait({ check: false })).signal, "SIGKILL");
      equal(await sandbox.commands.kill(handle.pid), false, "there was such a process");
    },
    after: notTwice,
  },
  {
    name: "a signal that the command counts",
    stdout: () => ["ready\n"],
    async run({ sandbox, direct, script, own }) {
      const handle = own(await direct.commands.start(script(TERM)));
      await follow(handle).until((text) => text === "ready\n");
      equal(await sandbox.commands.sendSignal(handle.pid, "SIGTERM"), true, "there was such a process");
      equal((await handle.wait({ check: false })).exitCode, 3);
    },
    async after({ marks }, { error }) {
      const terms = await marks("heard");
      check(terms === "term\n" || (terms === "" && error !== undefined), `the signal came as ${JSON.stringify(terms)}`);
    },
  },
  {
    name: "timeoutMs",
    stdout: () => ["early\n"],
    async run({ sandbox, direct, script }) {
      const error = await rejects(sandbox.commands.run(script(ENDLESS), { timeoutMs: 300 }), "command_timeout");
      check("early\n".startsWith(error.partial!.stdout), "partial output that was never printed");
      await checkFate(error, direct);
    },
    after: notTwice,
  },
  {
    name: "abort",
    stdout: () => ["early\n"],
    async run({ sandbox, script }) {
      const controller = new AbortController();
      const reason = new Error("mine");
      const error = await rejection(sandbox.commands.run(script(ENDLESS), {
        signal: controller.signal,
        onStdout: () => controller.abort(reason),
      }));
      if (controller.signal.aborted) check(error === reason, `not the caller's own reason: ${error}`);
      else throw error;
    },
    after: ranOnce,
  },
  {
    name: "abort at once",
    stdout: () => ["early\n"],
    async run({ sandbox, script }) {
      const controller = new AbortController();
      const reason = new Error("mine");
      const running = sandbox.commands.run(script(ENDLESS), { signal: controller.signal });
      setTimeout(() => controller.abort(reason), 5);
      const error = await rejection(running);
      if (isSandboxError(error)) throw error;
      check(error === reason, `not the caller's own reason: ${error}`);
    },
    after: notTwice,
  },
  {
    name: "disposal",
    stdout: () => ["early\n"],
    async run({ sandbox, direct, script }) {
      const handle = await sandbox.commands.start(script(ENDLESS));
      await handle[Symbol.asyncDispose]();
      await dies(direct, handle.pid);
    },
    after: notTwice,
  },
];
