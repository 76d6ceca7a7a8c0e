import { quote, sh } from "../../../mod.ts";
import type { Case } from "../case.ts";
import { equal } from "../check.ts";

const HOSTILE = [
  "",
  " ",
  "a b",
  "it's",
  '"double"',
  "$HOME ${HOME} $(id) `id`",
  "back\\slash\\",
  "new\nline\n",
  "tab\tand\rreturn",
  "*?[a-z]{1,2}",
  "~",
  "-n",
  "--",
  "!history",
  "#comment",
  "a;b&&c||d|e>f<g&",
  "(sub)",
  "100%",
  "%s\\n",
  "='",
  "''",
  "\u0001\u001b[31m\u007f",
  "é e\u0301 漢字 🦀",
];

/** Writes each argument behind the first, with a byte after it that no argument holds. */
const PRINT = `printf '%s\\0'`;

function fromPrinted(stdout: string): string[] {
  return stdout.split("\0").slice(0, -1);
}

/** `quote` and `sh`: a shell gives back what was put in. */
export const quoting: readonly Case[] = [
  {
    name: "quote: hostile strings come through a shell unchanged",
    source: "wire: process-args-literal",
    async run({ commands }) {
      equal(fromPrinted((await commands.run(`${PRINT} ${quote(...HOSTILE)}`)).stdout), HOSTILE);
    },
  },
  {
    name: "quote: each string by itself, through a shell within a shell",
    source: "wire: process-args-literal",
    async run({ commands }) {
      const inner = `${PRINT} ${quote(...HOSTILE)}`;
      equal(fromPrinted((await commands.run(`sh -c ${quote(inner)}`)).stdout), HOSTILE);
    },
  },
  {
    name: "sh: hostile strings, alone and in an array",
    source: "wire: process-args-literal",
    async run({ commands }) {
      equal(fromPrinted((await commands.run(sh`printf ${"%s\\0"} ${HOSTILE}`)).stdout), HOSTILE);
      for (const value of HOSTILE) {
        equal(fromPrinted((await commands.run(sh`printf ${"%s\\0"} ${value}`)).stdout), [value]);
      }
    },
  },
  {
    name: "sh: numbers, and arrays of several kinds",
    source: "wire: process-args-literal",
    async run({ commands }) {
      const { stdout } = await commands.run(sh`printf ${"[%s]"} ${1} ${["a b", -2.5]} ${0}`);
      equal(stdout, "[1][a b][-2.5][0]");
    },
  },
  {
    name: "sh: what stands in the template is shell, what is put in is not",
    source: "wire: process-start-e2b-style",
    async run({ commands }) {
      const word = "$x; exit 3";
      equal((await commands.run(sh`x=1; echo ${word} "$x" | cat`)).stdout, "$x; exit 3 1\n");
    },
  },
];
