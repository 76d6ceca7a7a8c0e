import type { Case } from "../case.ts";
import { equal, rejection, rejects } from "../check.ts";
import { JOBS_SOURCE } from "../job_tools.ts";

/** Runs over jobs. */
export const durable: readonly Case[] = [
  {
    name: "durable: the result of a run, and nothing is left",
    source: JOBS_SOURCE,
    async run({ commands, jobs }, { dir, unique }) {
      const line = `echo ${unique}; printf err >&2; pwd; cat; exit 3`;
      const options = { cwd: dir, check: false, stdin: "input" };
      const plain = await commands.run(line, options);
      const durable = await commands.run(line, { ...options, durable: true });
      equal({ ...durable, pid: 0 }, { ...plain, pid: 0 });
      const errors = await Promise.all(
        [false, true].map((durable) => rejects(commands.run(line, { durable }), "command_exit")),
      );
      equal(errors[1]!.message, errors[0]!.message);
      const left = (await jobs.list()).filter(({ command }) => command.includes(unique));
      equal(left, []);
    },
  },
  {
    name: "durable: callbacks, time limit, abort and output limit are those of a run",
    source: JOBS_SOURCE,
    async run({ commands, jobs }, { unique }) {
      let text = "";
      await commands.run("echo one; echo two", { durable: true, onStdout: (part) => void (text += part) });
      equal(text, "one\ntwo\n");
      const slow = (then: string) => `: ${unique}; echo one; ${then}`;
      const late = await rejects(commands.run(slow("sleep 600"), { durable: true, timeoutMs: 200 }), "command_timeout");
      equal(late.partial?.stdout, "one\n");
      const stop = new AbortController();
      const own = new Error("stop");
      const stopped = commands.run(slow("sleep 600"), {
        durable: true,
        signal: stop.signal,
        onStdout: () => stop.abort(own),
      });
      equal(await rejection(stopped), own);
      const thrown = commands.run(slow("sleep 600"), {
        durable: true,
        onStdout() {
          throw own;
        },
      });
      equal(await rejection(thrown), own);
      await rejects(commands.run(slow("yes; sleep 600"), { durable: true, maxOutputBytes: 1_000 }), "output_limit");
      const left = (await jobs.list()).filter(({ command }) => command.includes(unique));
      equal(left, [], "jobs that are left");
    },
  },
];
