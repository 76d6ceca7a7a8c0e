import type { Case } from "../case.ts";
import { check, equal, rejection, rejects } from "../check.ts";
import { gone, isListed } from "../tools.ts";

async function all(lines: AsyncIterable<string>): Promise<string[]> {
  const got: string[] = [];
  for await (const line of lines) got.push(line);
  return got;
}

/** Output line by line. */
export const lines: readonly Case[] = [
  {
    name: "lines: without their terminators, the last one too",
    source: "wire: process-output-without-newline",
    async run({ commands }, { own }) {
      const handle = own(await commands.start(["printf", "one\\r\\n\\ntwo\\rhalves\\nlast"]));
      equal(await all(handle.lines()), ["one", "", "two\rhalves", "last"]);
      equal(await all(handle.lines()), ["one", "", "two\rhalves", "last"], "a second reader");
      equal((await handle.wait()).stdout, "one\r\n\ntwo\rhalves\nlast", "and the result has it all");
    },
  },
  {
    name: "lines: of stdout, of stderr, of both",
    source: "wire: process-start-echo-proto",
    async run({ commands }, { own }) {
      const script = "echo out; sleep 0.05; echo err >&2; sleep 0.05; printf end; exit 3";
      const handle = own(await commands.start(["sh", "-c", script]));
      equal(await all(handle.lines()), ["out", "end"]);
      equal(await all(handle.lines({ stream: "stdout" })), ["out", "end"]);
      equal(await all(handle.lines({ stream: "stderr" })), ["err"]);
      equal(await all(handle.lines({ stream: "both" })), ["out", "err", "end"]);
      equal((await handle.wait({ check: false })).exitCode, 3);
    },
  },
  {
    name: "lines: each as soon as it is complete; leaving the loop leaves the command alone",
    source: "docs/protocol.md §4",
    async run(sandbox, { own }) {
      const handle = own(await sandbox.commands.start(["cat"], { stdin: true }));
      const got: string[] = [];
      await handle.sendStdin("fir");
      await handle.sendStdin("st\ngr");
      for await (const line of handle.lines()) {
        got.push(line);
        if (line === "grün") break;
        const ue = new TextEncoder().encode("ü");
        await handle.sendStdin(ue.subarray(0, 1));
        await handle.sendStdin(ue.subarray(1));
        await handle.sendStdin("n\n");
      }
      equal(got, ["first", "grün"]);
      check(await isListed(sandbox, handle.pid), "it lives");
    },
  },
  {
    name: "lines: an abort ends the reading only",
    source: "docs/protocol.md §4",
    async run(sandbox, { own }) {
      const handle = own(await sandbox.commands.start(["sh", "-c", "echo one; exec sleep 600"]));
      const controller = new AbortController();
      const reason = new Error("enough");
      const got: string[] = [];
      const reading = async () => {
        for await (const line of handle.lines({ signal: controller.signal })) {
          got.push(line);
          setTimeout(() => controller.abort(reason));
        }
      };
      check(await rejection(reading()) === reason, "the caller's own reason");
      equal(got, ["one"]);
      check(await rejection(all(handle.lines({ signal: controller.signal }))) === reason, "an aborted one");
      check(await isListed(sandbox, handle.pid), "it lives");
    },
  },
  {
    name: "lines: a hundred thousand, in order",
    source: "docs/protocol.md §4",
    async run({ commands }, { own }) {
      const handle = own(await commands.start(["seq", "100000"], { capture: false }));
      let last = 0;
      for await (const line of handle.lines()) check(line === `${++last}`, `line ${last} is ${line}`);
      equal(last, 100_000);
    },
  },
  {
    name: "waitFor: the first match, of what came before too, on either stream",
    source: "docs/protocol.md §4",
    async run({ commands }, { own }) {
      const handle = own(
        await commands.start(["sh", "-c", "echo port 1; echo port 2 >&2; read x; echo port 3; cat"], {
          stdin: true,
        }),
      );
      equal((await handle.waitFor(/^port (?<port>\d)$/)).groups?.port, "1");
      equal((await handle.waitFor(/2/)).input, "port 2");
      const [third, again] = [handle.waitFor(/port (3)/), handle.waitFor(/3$/g)];
      await handle.sendStdin("\n");
      equal([(await third)[1], (await again).index], ["3", 5]);
      const sticky = /o/gy;
      sticky.lastIndex = 7;
      for (const _ of [1, 2]) equal((await handle.waitFor(sticky)).index, 1);
      equal(sticky.lastIndex, 7, "the caller's own");
    },
  },
  {
    name: "waitFor: a line is looked at when it is complete, the last one at the end",
    source: "wire: process-output-without-newline",
    async run({ commands }, { own }) {
      const handle = own(await commands.start(["cat"], { stdin: true }));
      const port = handle.waitFor(/on (\d+)/);
      await handle.sendStdin("listening on 80");
      await handle.sendStdin("80\n");
      equal((await port)[1], "8080");
      const last = own(await commands.start(["printf", "no newline"]));
      equal((await last.waitFor(/newline/)).input, "no newline");
    },
  },
  {
    name: "waitFor: a command that ends first, with its result",
    source: "docs/protocol.md §4",
    async run({ commands }, { own }) {
      for (const exitCode of [0, 4]) {
        const handle = own(await commands.start(["sh", "-c", `echo other; exit ${exitCode}`]));
        const error = await rejects(handle.waitFor(/ready/), "command_exit");
        equal([error.exitCode, error.stdout, error.result.pid], [exitCode, "other\n", handle.pid]);
      }
    },
  },
  {
    name: "waitFor: its limit and its signal end the waiting only",
    source: "docs/protocol.md §4",
    async run(sandbox, { own }) {
      const handle = own(await sandbox.commands.start(["sh", "-c", "echo early; exec sleep 600"]));
      await handle.waitFor(/early/);
      const error = await rejects(handle.waitFor(/ready/, { timeoutMs: 100 }), "wait_timeout");
      equal(error.partial?.stdout, "early\n");
      const reason = new Error("enough");
      const controller = new AbortController();
      const waiting = rejection(handle.waitFor(/ready/, { signal: controller.signal }));
      controller.abort(reason);
      check(await waiting === reason, "the caller's own reason");
      check(await isListed(sandbox, handle.pid), "it lives");
    },
  },
  {
    name: "waitFor and lines: a command that is ended, and a handle that lets go",
    source: "docs/protocol.md §4",
    async run(sandbox, { own }) {
      const limited = own(await sandbox.commands.start(["sleep", "600"], { timeoutMs: 100 }));
      await rejects(limited.waitFor(/ready/), "command_timeout");
      await rejects(all(limited.lines()), "command_timeout");
      const left = own(await sandbox.commands.start(["sleep", "600"]));
      const waits = [rejects(left.waitFor(/ready/), "disconnected"), rejects(all(left.lines()), "disconnected")];
      await left.disconnect();
      await Promise.all(waits);
      await sandbox.commands.kill(left.pid);
      await gone(sandbox, left.pid);
    },
  },
];
