import type { CommandResult } from "../../../mod.ts";
import type { Case } from "../case.ts";
import { check, equal } from "../check.ts";
import { bytesOf, follow, seq, textOf } from "../tools.ts";

/** Output while the command runs: callbacks, iteration, web streams. */
export const outputLive: readonly Case[] = [
  {
    name: "callbacks: each stream has its own, in order, beside the capture",
    source: "wire: process-start-stdout-stderr-exit3-proto",
    async run({ commands }) {
      let [out, err] = ["", ""];
      const result = await commands.run("for i in $(seq 500); do echo o$i; echo e$i >&2; done", {
        onStdout: (text) => void (out += text),
        onStderr: (text) => void (err += text),
      });
      equal(out, Array.from({ length: 500 }, (_, i) => `o${i + 1}\n`).join(""));
      equal(err, Array.from({ length: 500 }, (_, i) => `e${i + 1}\n`).join(""));
      equal([result.stdout, result.stderr], [out, err]);
    },
  },
  {
    name: "callbacks: asynchronous ones are awaited, one at a time, before the result",
    source: "wire: process-large-output-proto",
    async run({ commands }) {
      let [heard, running, most] = ["", 0, 0];
      await commands.run(["seq", "50000"], {
        onStdout: async (text) => {
          most = Math.max(most, ++running);
          await new Promise((resolve) => setTimeout(resolve));
          heard += text;
          running--;
        },
      });
      equal([running, most], [0, 1]);
      check(heard === seq(50_000), `${heard.length} characters heard`);
    },
  },
  {
    name: "callbacks: they hear output while the command still runs",
    source: "wire: process-output-without-newline",
    async run({ commands }, { own }) {
      const handle = own(await commands.start(["sh", "-c", "printf now; read line; echo $line"], { stdin: true }));
      let result: Promise<CommandResult>;
      const first = new Promise((resolve) => result = handle.wait({ onStdout: resolve }));
      equal(await first, "now");
      await handle.sendStdin("later\n");
      equal((await result!).stdout, "nowlater\n");
    },
  },
  {
    name: "text: a character that arrives in two halves is never split",
    source: "wire: process-output-split-multibyte",
    async run({ commands }, { own }) {
      const script = "printf 'a\\342\\202'; read line; printf '\\254b'";
      const handle = own(await commands.start(["sh", "-c", script], { stdin: true }));
      const texts: string[] = [];
      let result: Promise<CommandResult>;
      await new Promise((resolve) => result = handle.wait({ onStdout: (text) => resolve(texts.push(text)) }));
      await handle.sendStdin("\n");
      equal((await result!).stdout, "a€b");
      equal(texts.join(""), "a€b");
      equal(texts[0], "a");
    },
  },
  {
    name: "iteration: output events, then the exit, which does not throw",
    source: "wire: process-start-stdout-stderr-exit3-proto",
    async run({ commands }, { own }) {
      const handle = own(await commands.start("echo out; echo err >&2; exit 3"));
      const texts = { stdout: "", stderr: "" };
      const bytes = { stdout: 0, stderr: 0 };
      let result: CommandResult | undefined;
      for await (const event of handle) {
        check(result === undefined, "nothing follows the exit");
        if (event.type === "exit") {
          result = event.result;
        } else {
          texts[event.type] += event.text;
          bytes[event.type] += event.data.length;
        }
      }
      equal(texts, { stdout: "out\n", stderr: "err\n" });
      equal(bytes, { stdout: 4, stderr: 4 });
      equal([result?.exitCode, result?.stdout], [3, "out\n"]);
    },
  },
  {
    name: "iteration: data is as received, text is what became complete with it",
    source: "wire: process-output-split-multibyte",
    async run({ commands }, { own }) {
      const script = "printf '\\342\\202'; read line; printf '\\254'";
      const handle = own(await commands.start(["sh", "-c", script], { stdin: true }));
      const seen: [number, string][] = [];
      for await (const event of handle) {
        if (event.type !== "stdout") continue;
        seen.push([event.data.length, event.text]);
        if (seen.length === 1) await handle.sendStdin("\n");
      }
      equal(seen.map(([length]) => length).reduce((sum, length) => sum + length, 0), 3);
      equal(seen.map(([, text]) => text).join(""), "€");
      equal(seen[0]?.[1], "");
    },
  },
  {
    name: "iteration: leaving it early leaves the command alone",
    source: "wire: process-disconnect-survives",
    async run({ commands }, { own }) {
      const handle = own(await commands.start(["sh", "-c", "echo first; read line; echo $line"], { stdin: true }));
      for await (const event of handle) if (event.type === "stdout") break;
      await handle.sendStdin("second\n");
      equal((await handle.wait()).stdout, "first\nsecond\n");
    },
  },
  {
    name: "web streams: bytes of stdout and of stderr",
    source: "wire: process-large-output-proto",
    async run({ commands }, { own }) {
      const handle = own(await commands.start("seq 100000; seq 50000 >&2"));
      const [out, err] = await Promise.all([textOf(handle.stdout), textOf(handle.stderr)]);
      check(out === seq(100_000), `${out.length} characters of stdout`);
      check(err === seq(50_000), `${err.length} characters of stderr`);
      equal((await handle.wait()).exitCode, 0);
    },
  },
  {
    name: "web streams: one that nobody reads does not hold up the other",
    source: "wire: process-large-output-proto",
    async run({ commands }, { own }) {
      const handle = own(await commands.start("seq 300000 >&2; echo done"));
      equal(await textOf(handle.stdout), "done\n");
    },
  },
  {
    name: "web streams: with capture false they are the only copy",
    source: "wire: process-large-output-proto",
    async run({ commands }, { own }) {
      const handle = own(await commands.start(["seq", "300000"], { capture: false }));
      const bytes = await bytesOf(handle.stdout);
      equal(bytes.length, seq(300_000).length);
      equal((await handle.wait()).stdout, "");
    },
  },
  {
    name: "late readers: all of them get everything from the start",
    source: "wire: process-start-stdout-stderr-exit3-proto",
    async run({ commands }, { own }) {
      const handle = own(await commands.start("echo out; echo err >&2; exit 3"));
      await handle.wait({ check: false });
      let heard = "";
      await handle.wait({ check: false, onStdout: (text) => void (heard += text) });
      const events: string[] = [];
      for await (const event of handle) {
        events.push(event.type === "exit" ? `exit ${event.result.exitCode}` : event.text);
      }
      equal(heard, "out\n");
      equal(events.toSorted(), ["err\n", "exit 3", "out\n"]);
      equal(events.at(-1), "exit 3");
      equal([await textOf(handle.stdout), await textOf(handle.stderr)], ["out\n", "err\n"]);
    },
  },
  {
    name: "a handle that nobody reads is drained, and keeps its output",
    source: "wire: process-large-output-proto",
    async run({ commands }, { own }) {
      const handle = own(await commands.start("seq 200000"));
      check((await handle.wait()).stdout === seq(200_000), "the output is whole");
    },
  },
  {
    name: "wait: several at once get the same result",
    source: "wire: process-start-echo-proto",
    async run({ commands }, { own }) {
      const handle = own(await commands.start(["sh", "-c", "read line; echo $line"], { stdin: true }));
      const waits = [handle.wait(), handle.wait(), handle.wait({ check: false })];
      await handle.sendStdin("hello\n");
      for (const result of await Promise.all(waits)) equal([result.stdout, result.exitCode], ["hello\n", 0]);
    },
  },
  {
    name: "iteration and a wait at once",
    source: "wire: process-start-echo-proto",
    async run({ commands }, { own }) {
      const handle = own(await commands.start(["sh", "-c", "echo one; read line; echo $line"], { stdin: true }));
      const waiting = handle.wait();
      await follow(handle).until((text) => text === "one\n");
      await handle.sendStdin("two\n");
      equal((await waiting).stdout, "one\ntwo\n");
    },
  },
];
