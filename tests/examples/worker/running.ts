import { assert, assertEquals, assertLess } from "@std/assert";
import type { WorkerCase } from "./rig.ts";

/** Printed by a command that then waits for a file, so that an event is known to have come while it ran. */
const untilFile = (file: string) => `while [ ! -e ${file} ]; do sleep 0.02; done`;

/** Commands whose callers stay. */
export const running: readonly WorkerCase[] = [
  {
    name: "output arrives while the command runs",
    async run(rig) {
      const run = await rig.run({ command: `echo ready; ${untilFile("go-on")}; echo done` });
      assertEquals(await run.next(), { name: "stdout", data: { text: "ready\n" } });
      assertEquals((await rig.sandbox.commands.list()).some(({ pid }) => pid === run.pid), true);
      await rig.sandbox.files.writeText("go-on", "");
      assertEquals(await run.rest(), [
        { name: "stdout", data: { text: "done\n" } },
        { name: "exit", data: { exitCode: 0 } },
      ]);
    },
  },
  {
    name: "exit codes, standard error, the end by a signal",
    async run(rig) {
      assertEquals(await rig.result({ command: "echo out; echo err >&2; exit 3" }), {
        stdout: "out\n",
        stderr: "err\n",
        end: { name: "exit", data: { exitCode: 3, error: "exit status 3" } },
      });
      const { end } = await rig.result({ command: "kill -9 $$" });
      assertEquals([end.name, end.data.exitCode, end.data.signal], ["exit", 137, "SIGKILL"]);
    },
  },
  {
    name: "an argv, input, a directory, variables",
    async run(rig) {
      const { stdout } = await rig.result({ command: ["printf", "%s", "it's; exit 1"] });
      assertEquals(stdout, "it's; exit 1");
      const call = { command: "cat; pwd; echo $GREETING", stdin: "fed\n", cwd: "/", envs: { GREETING: "grüß dich" } };
      assertEquals((await rig.result(call)).stdout, "fed\n/\ngrüß dich\n");
      assertEquals((await rig.result({ command: ["cat"] })).end.data, { exitCode: 0 });
    },
  },
  {
    name: "no output can pass for an event, and none is changed by the framing",
    async run(rig) {
      const text = 'a\n\nb\r\nc\rd\n\nevent: exit\ndata: {"exitCode":0}\n\n: x\n\u2028\u2029\u0000\u001b[1m"\\ü 👋\n';
      const { stdout, end } = await rig.result({ command: ["cat"], stdin: text });
      assertEquals([stdout, end.data], [text, { exitCode: 0 }]);
    },
  },
  {
    name: "characters arrive whole, and what is no text as U+FFFD",
    async run(rig) {
      const command = String.raw`printf '\360\237'; sleep 0.05; printf '\221\213'; printf '\377' >&2`;
      const { stdout, stderr } = await rig.result({ command });
      assertEquals([stdout, stderr], ["👋", "\ufffd"]);
    },
  },
  {
    name: "much output arrives whole and in order",
    async run(rig) {
      const { stdout } = await rig.result({ command: "seq 200000" });
      assert(
        stdout === Array.from({ length: 200_000 }, (_, i) => `${i + 1}\n`).join(""),
        `${stdout.length} characters`,
      );
    },
  },
  {
    name: "a limit of time is an event, and the command is dead",
    async run(rig) {
      const run = await rig.run({ command: ["sleep", "300"], timeoutMs: 300 });
      const events = await run.rest();
      assertEquals(events.map(({ name }) => name), ["error"]);
      const { status, code, retryable } = events[0]!.data;
      assertEquals([status, code, retryable], [408, "command_timeout", false]);
      await rig.ended(run.pid);
    },
  },
  {
    name: "a silent command: comments keep the connection in use",
    async run(rig) {
      const run = await rig.run({ command: `${untilFile("speak")}; echo spoken` });
      for (let i = 0; i < 3; i++) assertEquals(await run.next("comment"), { name: "", data: "" });
      await rig.sandbox.files.writeText("speak", "");
      assertEquals((await run.rest()).map(({ data }) => data.text ?? data.exitCode), ["spoken\n", 0]);
    },
  },
  {
    name: "two callers at once: each waits for the other's command",
    async run(rig) {
      const call = (mine: string, other: string) => ({ command: `touch ${mine}; ${untilFile(other)}; echo ${mine}` });
      const [left, right] = await Promise.all([
        rig.result(call("left", "right")),
        rig.result(call("right", "left")),
      ]);
      assertEquals([left.stdout, right.stdout], ["left\n", "right\n"]);
    },
  },
  {
    name: "a slow caller: the command waits, the output is not piled up, the rest of the Worker goes on",
    async run(rig) {
      const megabyte = "head -c 1000000 /dev/zero | tr '\\0' x";
      const command = `i=0; while [ $i -lt 400 ]; do ${megabyte}; i=$((i + 1)); echo $i >printed; done`;
      const run = await rig.run({ command });
      await run.next();
      // It has come to a halt when it prints no more while twenty other calls are answered.
      let printed = "";
      let same = 0;
      await rig.until(async () => {
        const now = (await rig.result({ command: ["cat", "printed"] })).stdout;
        same = now === printed && now !== "" ? same + 1 : 0;
        printed = now;
        return same === 20;
      });
      assertLess(Number(printed), 50);
      await run.leave();
      await rig.ended(run.pid);
    },
  },
];
