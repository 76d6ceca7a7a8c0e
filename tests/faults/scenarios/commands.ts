import { type CommandResult, isSandboxError } from "../../../mod.ts";
import { check, equal, rejects } from "../../conformance/check.ts";
import { bytesOf, streamOf } from "../../conformance/tools.ts";
import { isBeginning } from "../judge.ts";
import { checkFate } from "./ending.ts";
import type { Outcome, Scenario, Stage } from "../scenario.ts";

const PRINT = "cat out && cat err >&2";

/** Never twice; and once where the result was right. */
async function ranOnce(stage: Stage, { error }: Outcome): Promise<void> {
  const runs = await stage.runs();
  check(error === undefined ? runs === 1 : runs <= 1, `the command ran ${runs} times`);
  if (runs === 0 || !isSandboxError(error) || !/^Cannot (start|follow) /.test(error.message)) return;
  const open = error.code === "network" || error.code === "disconnected";
  check(
    !open || /may run all the same|may still run/.test(error.hint ?? ""),
    `it ran, and nothing says that it may: ${error}`,
  );
}

function ended({ exitCode, signal }: CommandResult, expected: number): void {
  equal([exitCode, signal], [expected, undefined], "exit code and signal");
}

/** Commands that are run to their end. */
export const commands: readonly Scenario[] = [
  {
    name: "run",
    async run({ sandbox, script, checkOutput }) {
      const result = await sandbox.commands.run(script(`${PRINT}; exit 7`), { check: false });
      ended(result, 7);
      checkOutput(result);
    },
    after: ranOnce,
  },
  {
    name: "run with check",
    async run({ sandbox, script, checkOutput }) {
      try {
        await sandbox.commands.run(script(`${PRINT}; exit 3`));
      } catch (error) {
        const { result } = await rejects(Promise.reject(error), "command_exit").catch(() => Promise.reject(error));
        ended(result, 3);
        checkOutput(result);
        return;
      }
      check(false, "exit code 3 was not told");
    },
    after: ranOnce,
  },
  {
    name: "run a line of shell",
    async run({ sandbox, dir, checkOutput }) {
      const result = await sandbox.commands.run(`echo ran >> runs; ${PRINT}`, { cwd: dir });
      ended(result, 0);
      checkOutput(result);
    },
    after: ranOnce,
  },
  {
    name: "run with callbacks",
    stdout: ({ text }) => [text],
    async run({ sandbox, script, text, err }) {
      let told = "";
      let errors = 0;
      try {
        const result = await sandbox.commands.run(script("cat text; cat err >&2"), {
          capture: false,
          onStdout: (part) => void (told += part),
          onStderr: async (part) => {
            await Promise.resolve();
            errors += part.length;
          },
        });
        ended(result, 0);
      } finally {
        check(text.startsWith(told), "the callback was told what was never printed");
      }
      equal(told, text);
      equal(errors, new TextDecoder().decode(err).length);
    },
    after: ranOnce,
  },
  {
    name: "run with bytes as input",
    async run({ sandbox, script, out, err }) {
      const result = await sandbox.commands.run(script("cat; cat err >&2"), { stdin: out });
      ended(result, 0);
      equal(result.stdoutBytes, out, "stdout");
      equal(result.stderrBytes, err, "stderr");
    },
    after: ranOnce,
  },
  {
    name: "run with a stream as input",
    async run({ sandbox, script, out }) {
      const middle = out.length >> 1;
      const input = streamOf(out.subarray(0, 1), out.subarray(1, middle), out.subarray(middle));
      const result = await sandbox.commands.run(script("cat"), { stdin: input });
      ended(result, 0);
      equal(result.stdoutBytes, out, "stdout");
    },
    after: ranOnce,
  },
  {
    name: "start, and wait",
    async run({ sandbox, script, own, checkOutput }) {
      const handle = own(await sandbox.commands.start(script(`${PRINT}; exit 9`)));
      const result = await handle.wait({ check: false });
      ended(result, 9);
      equal(result.pid, handle.pid);
      checkOutput(result);
      // Told again, it is the same.
      checkOutput(await handle.wait({ check: false }));
    },
    after: ranOnce,
  },
  {
    name: "start, and iterate",
    async run({ sandbox, script, own, out, err, checkOutput }) {
      const handle = own(await sandbox.commands.start(script(`${PRINT}; exit 5`)));
      const parts: Record<"stdout" | "stderr", Uint8Array[]> = { stdout: [], stderr: [] };
      let result: CommandResult | undefined;
      try {
        for await (const event of handle) {
          check(result === undefined, "an event came behind the exit");
          if (event.type === "exit") result = event.result;
          else parts[event.type].push(event.data);
        }
      } finally {
        check(isBeginning(await bytesOf(streamOf(...parts.stdout)), out), "stdout that was never printed");
        check(isBeginning(await bytesOf(streamOf(...parts.stderr)), err), "stderr that was never printed");
      }
      check(result !== undefined, "the iteration ended without an exit");
      ended(result, 5);
      checkOutput(result);
      equal(await bytesOf(streamOf(...parts.stdout)), out, "stdout of the events");
      equal(await bytesOf(streamOf(...parts.stderr)), err, "stderr of the events");
    },
    after: ranOnce,
  },
  {
    name: "start, and read its streams",
    async run({ sandbox, script, own, out, err }) {
      const handle = own(await sandbox.commands.start(script(PRINT)));
      // A stream that just ends says that this was all.
      const [stdout, stderr] = await Promise.all([bytesOf(handle.stdout), bytesOf(handle.stderr)]);
      equal(stdout, out, "stdout");
      equal(stderr, err, "stderr");
    },
    after: ranOnce,
  },
  {
    name: "run more output than is kept",
    async run({ sandbox, direct, script, out }) {
      const maxOutputBytes = out.length >> 2;
      const started = sandbox.commands.run(script("cat out; exec sleep 20"), { maxOutputBytes });
      const error = await rejects(started, "output_limit");
      const { stdoutBytes, truncatedBytes } = error.partial!;
      check(stdoutBytes.length === maxOutputBytes && truncatedBytes > 0, "what is kept is as much as may be kept");
      await checkFate(error, direct);
    },
    natural: ["output_limit"],
    after: ranOnce,
  },
  {
    name: "run three at a time",
    async run({ sandbox, dir, own }) {
      const words = ["a", "b", "c"];
      const handles = await Promise.allSettled(
        words.map((word) =>
          sandbox.commands.start([
            "sh",
            "-c",
            'echo ran >> "$0/ran-$1"; for i in 1 2 3; do echo "$1$i"; done',
            dir,
            word,
          ])
        ),
      );
      for (const handle of handles) if (handle.status === "fulfilled") own(handle.value);
      for (const [i, word] of words.entries()) {
        const handle = handles[i]!;
        if (handle.status === "rejected") throw handle.reason;
        const { stdout, exitCode } = await handle.value.wait();
        equal([stdout, exitCode], [`${word}1\n${word}2\n${word}3\n`, 0], "one's own output");
      }
    },
    stdout: () => ["a", "b", "c"].map((word) => `${word}1\n${word}2\n${word}3\n`),
    async after({ marks }, { error }) {
      for (const word of ["a", "b", "c"]) {
        const runs = await marks(`ran-${word}`);
        check(runs === "ran\n" || (runs === "" && error !== undefined), `${word} ran ${JSON.stringify(runs)}`);
      }
    },
  },
];
