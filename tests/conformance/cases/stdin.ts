import { type InputData, isSandboxError } from "../../../mod.ts";
import type { Case } from "../case.ts";
import { check, equal, rejection, rejects } from "../check.ts";
import { EVERY_BYTE, follow, noise, streamOf } from "../tools.ts";

const encode = (text: string) => new TextEncoder().encode(text);

async function* chunks(...texts: string[]): AsyncIterable<Uint8Array> {
  for (const text of texts) yield await Promise.resolve(encode(text));
}

const KINDS: Readonly<Record<string, () => InputData>> = {
  "a string": () => "héllo 🦀",
  "bytes": () => encode("héllo 🦀"),
  "a view within a buffer": () => encode("--héllo 🦀--").subarray(2, -2),
  "an ArrayBuffer": () => encode("héllo 🦀").buffer,
  "a DataView": () => new DataView(encode("héllo 🦀").buffer),
  "a Blob": () => new Blob(["héllo", " ", "🦀"]),
  "a ReadableStream": () => streamOf(encode("hél"), new Uint8Array(0), encode("lo 🦀")),
  "an AsyncIterable": () => chunks("hé", "llo ", "", "🦀"),
};

/** Input of commands, and its end, on every version of the daemon. */
export const stdin: readonly Case[] = [
  {
    name: "stdin: without any it is at its end",
    source: "docs/protocol.md §4",
    async run({ commands }) {
      for (const options of [{}, { stdin: false }]) {
        equal((await commands.run(["cat"], options)).stdout, "");
        equal((await commands.run("cat; read x || echo end", options)).stdout, "end\n");
      }
    },
  },
  ...Object.entries(KINDS).map(([kind, make]): Case => ({
    name: `stdin: ${kind}, then the end`,
    source: "wire: process-closestdin-proto",
    async run({ commands }) {
      equal((await commands.run(["cat"], { stdin: make() })).stdout, "héllo 🦀");
    },
  })),
  {
    name: "stdin: empty data is the end at once",
    source: "wire: process-closestdin-proto",
    async run({ commands }) {
      for (const stdin of ["", new Uint8Array(0), new Blob([]), streamOf(), chunks()]) {
        equal((await commands.run(["wc", "-c"], { stdin })).stdout.trim(), "0");
      }
    },
  },
  {
    name: "stdin: every byte",
    source: "wire: process-closestdin-proto",
    async run({ commands }) {
      equal((await commands.run(["cat"], { stdin: EVERY_BYTE })).stdoutBytes, EVERY_BYTE);
    },
  },
  {
    name: "stdin: a megabyte",
    source: "docs/protocol.md §4",
    async run({ commands }) {
      const data = noise(1024 * 1024 + 3);
      equal((await commands.run(["cat"], { stdin: data })).stdoutBytes, data);
    },
  },
  {
    name: "stdin: a megabyte from a stream, in pieces of odd sizes",
    source: "docs/protocol.md §4",
    async run({ commands }) {
      const data = noise(1024 * 1024, 7);
      const pieces = Array.from({ length: 17 }, (_, i) => data.subarray(i * 65_003, (i + 1) * 65_003));
      equal((await commands.run(["cat"], { stdin: streamOf(...pieces) })).stdoutBytes, data);
    },
  },
  {
    name: "stdin: a line of shell reads it",
    source: "wire: process-closestdin-proto",
    async run({ commands }) {
      equal((await commands.run("read -r a; read -r b; echo $b $a", { stdin: "one\ntwo\n" })).stdout, "two one\n");
    },
  },
  {
    name: "stdin: a command that does not read it ends all the same",
    source: "docs/protocol.md §4",
    async run({ commands }) {
      equal((await commands.run(["true"], { stdin: noise(1024 * 1024) })).exitCode, 0);
      equal((await commands.run(["head", "-c", "5"], { stdin: "x".repeat(1024 * 1024) })).stdout, "xxxxx");
    },
  },
  {
    name: "stdin true: input is sent while the command runs",
    source: "wire: process-stdin-cat-proto",
    async run({ commands }, { own }) {
      const handle = own(await commands.start(["cat"], { stdin: true }));
      const output = follow(handle);
      await handle.sendStdin("one\n");
      await output.until((text) => text === "one\n");
      await commands.sendStdin(handle.pid, encode("twö\n"));
      await output.until((text) => text === "one\ntwö\n");
      await handle.sendStdin("");
      await handle.sendStdin(EVERY_BYTE);
      await output.until((text) => text.length > 200);
      await handle.kill();
      const { stdoutBytes } = await handle.wait({ check: false });
      equal(stdoutBytes, new Uint8Array([...encode("one\ntwö\n"), ...EVERY_BYTE]));
    },
  },
  {
    name: "stdin true: pieces keep their order without being awaited",
    source: "docs/protocol.md §4",
    async run({ commands }, { own }) {
      const handle = own(await commands.start(["head", "-n", "20"], { stdin: true }));
      await Promise.all(Array.from({ length: 20 }, (_, i) => handle.sendStdin(`${i + 1}\n`)));
      equal((await handle.wait()).stdout, Array.from({ length: 20 }, (_, i) => `${i + 1}\n`).join(""));
    },
  },
  {
    name: "closeStdin: the command sees the end, where the daemon can do that",
    source: "wire: process-closestdin-proto",
    async run({ commands }, { own }) {
      const handle = own(await commands.start(["cat"], { stdin: true }));
      await handle.sendStdin("all\n");
      try {
        await handle.closeStdin();
      } catch (error) {
        check(isSandboxError(error, "unsupported"), `${error}`);
        check(error.name === "UnsupportedError" && error.hint, "it says what to do instead");
        return;
      }
      equal((await handle.wait()).stdout, "all\n");
    },
  },
  {
    name: "sendStdin and closeStdin: an unknown process",
    source: "wire: process-sendinput-errors",
    async run({ commands }) {
      await rejects(commands.sendStdin(999_999, "x"), "process_not_found");
      const error = await rejection(commands.closeStdin(999_999));
      check(isSandboxError(error, "process_not_found") || isSandboxError(error, "unsupported"), `${error}`);
    },
  },
];
