import { assertEquals, assertThrows } from "@std/assert";
import { quote, sh, type ShellValue } from "../../mod.ts";

const HOSTILE = [
  "",
  " ",
  "a b",
  "it's",
  "'",
  "''",
  '"',
  "\\",
  "$HOME",
  "$(id)",
  "`id`",
  "new\nline",
  "\t",
  "*",
  "?",
  "[a]",
  "{1,2}",
  "~",
  "#no",
  "!1",
  "a;b",
  "a&b",
  "a|b",
  "<>",
  "()",
  "^",
  "é 🦀",
  "\u00a0",
  "\u007f",
  "-n",
];

Deno.test("quote() leaves alone what means nothing to a shell", () => {
  assertEquals(quote("a-b_c.d/e", "1+1=2", "user@host:80", "50%,x"), "a-b_c.d/e 1+1=2 user@host:80 50%,x");
  assertEquals(quote(), "");
});

Deno.test("quote() quotes everything else, and an empty word", () => {
  assertEquals(quote("", "a b", "it's", "$HOME"), `'' 'a b' 'it'\\''s' '$HOME'`);
});

for (const shell of ["/bin/sh", "/bin/bash"]) {
  Deno.test(`quote() hands words through ${shell} as they are`, async () => {
    const { stdout } = await new Deno.Command(shell, { args: ["-c", `printf '%s\\0' ${quote(...HOSTILE)}`] }).output();
    assertEquals(new TextDecoder().decode(stdout).split("\0").slice(0, -1), HOSTILE);
  });
}

Deno.test("quote() survives being quoted again", async () => {
  const inner = `printf '%s\\0' ${quote(...HOSTILE)}`;
  const { stdout } = await new Deno.Command("/bin/sh", { args: ["-c", quote("/bin/sh", "-c", inner)] }).output();
  assertEquals(new TextDecoder().decode(stdout).split("\0").slice(0, -1), HOSTILE);
});

Deno.test("quote() refuses what no command can be given, and does not show it", () => {
  const error = assertThrows(() => quote("hunter2\0"), TypeError, "a NUL");
  assertEquals(error.message.includes("hunter2"), false);
  for (const wrong of [5, null, undefined, {}, ["a"]]) {
    assertThrows(() => quote(wrong as string), TypeError, "pass a string");
  }
});

Deno.test("sh quotes values and leaves the text to the shell, backslashes included", () => {
  const name = "a b";
  assertEquals(sh`cat ${name} | grep "x\n" > $HOME/${"it's"}`, `cat 'a b' | grep "x\\n" > $HOME/'it'\\''s'`);
  assertEquals(sh`plain`, "plain");
});

Deno.test("sh makes words of arrays and numbers", () => {
  assertEquals(sh`rm ${["a b", "c", 3]} ${-1.5} ${[]}end`, "rm 'a b' c 3 -1.5 end");
});

Deno.test("sh refuses everything else", () => {
  for (const wrong of [null, undefined, true, {}, [["a"]], "a\0", ["ok", "a\0"], Symbol("s"), new Date()]) {
    assertThrows(() => sh`echo ${wrong as ShellValue}`, TypeError, "Cannot quote");
  }
});
