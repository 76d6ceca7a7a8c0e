import type { Case } from "../case.ts";
import { check, equal, rejection } from "../check.ts";
import { EVERY_BYTE, gone, noise, seq } from "../tools.ts";

/** Output is bytes, text is decoded from them, and both arrive whole. */
export const output: readonly Case[] = [
  {
    name: "output: stdout and stderr are kept apart",
    source: "wire: process-start-stdout-stderr-exit3-proto",
    async run({ commands }) {
      const { stdout, stderr } = await commands.run("for i in 1 2 3; do echo o$i; echo e$i >&2; done");
      equal([stdout, stderr], ["o1\no2\no3\n", "e1\ne2\ne3\n"]);
    },
  },
  {
    name: "output: bytes that are no text come through unchanged",
    source: "wire: process-output-not-utf8-json",
    async run({ commands, files }, { dir }) {
      const { stdoutBytes, stdout } = await commands.run(["printf", "\\377\\376\\000\\200x"]);
      equal(stdoutBytes, new Uint8Array([0xff, 0xfe, 0, 0x80, 0x78]));
      equal(stdout, "\ufffd\ufffd\0\ufffdx");
      await files.write(`${dir}/bytes`, EVERY_BYTE);
      equal((await commands.run(["cat", `${dir}/bytes`])).stdoutBytes, EVERY_BYTE);
    },
  },
  {
    name: "output: stderr is bytes as well",
    source: "wire: process-output-not-utf8-json",
    async run({ commands }) {
      equal((await commands.run("printf '\\377\\000' >&2")).stderrBytes, new Uint8Array([0xff, 0]));
    },
  },
  {
    name: "output: an unfinished character at the very end is one U+FFFD",
    source: "wire: process-output-not-utf8-json",
    async run({ commands }) {
      let heard = "";
      const { stdout } = await commands.run(["printf", "a\\342\\202"], { onStdout: (text) => void (heard += text) });
      equal([stdout, heard], ["a\ufffd", "a\ufffd"]);
    },
  },
  {
    name: "output: a byte order mark is kept",
    source: "wire: process-output-not-utf8-json",
    async run({ commands }) {
      equal((await commands.run(["printf", "\\357\\273\\277a"])).stdout, "\ufeffa");
    },
  },
  {
    name: "output: no newline is added or waited for",
    source: "wire: process-output-without-newline",
    async run({ commands }) {
      equal((await commands.run(["printf", "no newline"])).stdout, "no newline");
    },
  },
  {
    name: "output: much of it arrives whole, on both streams",
    source: "wire: process-large-output-proto",
    async run({ commands }) {
      const { stdout, stderr } = await commands.run("seq 200000; seq 100000 >&2");
      check(stdout === seq(200_000), `${stdout.length} characters of stdout`);
      check(stderr === seq(100_000), `${stderr.length} characters of stderr`);
    },
  },
  {
    name: "output: a megabyte of random bytes arrives exactly",
    source: "wire: process-large-output-proto",
    async run({ commands, files }, { dir }) {
      const bytes = noise(1024 * 1024 + 1);
      await files.write(`${dir}/noise`, bytes);
      equal((await commands.run(["cat", `${dir}/noise`])).stdoutBytes, bytes);
    },
  },
  {
    name: "capture: nothing is kept where it is false",
    source: "wire: process-large-output-proto",
    async run({ commands }) {
      let heard = "";
      const result = await commands.run("seq 20000; echo err >&2", {
        capture: false,
        onStdout: (text) => void (heard += text),
      });
      equal([result.stdout, result.stderr, result.stdoutBytes.length, result.exitCode], ["", "", 0, 0]);
      check(heard === seq(20_000), `${heard.length} characters heard`);
    },
  },
  {
    name: "capture: false, with nobody listening",
    source: "wire: process-large-output-proto",
    async run({ commands }) {
      const { stdout, exitCode } = await commands.run("seq 200000; exit 4", { capture: false, check: false });
      equal([stdout, exitCode], ["", 4]);
    },
  },
  {
    name: "maxOutputBytes: run without callbacks rejects with what there is, and kills the command",
    source: "docs/protocol.md §4",
    async run(sandbox, { unique: tag }) {
      const error = await rejection(sandbox.commands.run(["yes"], { maxOutputBytes: 1000, tag }));
      check(error instanceof Error && error.name === "OutputLimitError", `${error}`);
      const { code, partial } = error as Error & {
        code: string;
        partial?: { stdout: string; stdoutBytes: Uint8Array };
      };
      equal(code, "output_limit");
      check(partial !== undefined && partial.stdoutBytes.length > 0 && partial.stdoutBytes.length <= 1000, "partial");
      check(partial.stdout.startsWith("y\ny\n"), "the beginning is there");
      await gone(sandbox, { tag });
    },
  },
  {
    name: "maxOutputBytes: exactly as much is no offence",
    source: "wire: process-large-output-proto",
    async run({ commands }) {
      const { stdout, truncatedBytes } = await commands.run(["printf", "12345"], { maxOutputBytes: 5 });
      equal([stdout, truncatedBytes], ["12345", 0]);
    },
  },
  {
    name: "overflow truncate: head and tail are kept, the rest is counted",
    source: "wire: process-large-output-proto",
    async run({ commands }) {
      const whole = seq(100_000);
      const result = await commands.run(["seq", "100000"], { maxOutputBytes: 1000, overflow: "truncate" });
      equal(result.stdoutBytes.length + result.truncatedBytes, whole.length);
      check(result.stdoutBytes.length <= 1000, `${result.stdoutBytes.length} bytes are kept`);
      check(result.stdout.startsWith("1\n2\n3\n"), "the head");
      check(result.stdout.endsWith("99999\n100000\n"), "the tail");
    },
  },
  {
    name: "overflow: truncate is what run does beside a callback, which hears all of it",
    source: "wire: process-large-output-proto",
    async run({ commands }) {
      let heard = "";
      const result = await commands.run(["seq", "100000"], {
        maxOutputBytes: 1000,
        onStdout: (text) => void (heard += text),
      });
      check(heard === seq(100_000), `${heard.length} characters heard`);
      equal(result.stdoutBytes.length + result.truncatedBytes, heard.length);
    },
  },
  {
    name: "overflow: truncate is what a handle does",
    source: "wire: process-large-output-proto",
    async run({ commands }, { own }) {
      const handle = own(await commands.start(["seq", "100000"], { maxOutputBytes: 1000 }));
      const { stdoutBytes, truncatedBytes } = await handle.wait();
      equal(stdoutBytes.length + truncatedBytes, seq(100_000).length);
    },
  },
];
