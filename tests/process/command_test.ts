import { assertEquals, assertFalse, assertNotStrictEquals, assertThrows } from "@std/assert";
import { argvOf, checkEnvs, checkWord, type Command, nameOf } from "../../src/process/command.ts";

Deno.test("argvOf() runs a string by a login shell, and takes an array as it is", () => {
  assertEquals(argvOf("echo $HOME"), ["/bin/bash", "-l", "-c", "echo $HOME"]);
  const argv = ["ls", "", "-l", "$HOME"];
  assertEquals(argvOf(argv), argv);
  assertNotStrictEquals(argvOf(argv), argv);
});

Deno.test("argvOf() refuses an empty command", () => {
  for (const empty of ["", "  \n", [], [""], ["", "a"]]) {
    assertThrows(() => argvOf(empty), TypeError, "Cannot run an empty command");
  }
});

Deno.test("argvOf() refuses a NUL and what is no command, and shows no secret", () => {
  for (const command of ["echo hunter2\0", ["ls", "hunter2\0"]]) {
    assertFalse(assertThrows(() => argvOf(command), TypeError, "a NUL").message.includes("hunter2"));
  }
  for (const wrong of [undefined, null, 5, {}, () => "ls"]) {
    assertThrows(() => argvOf(wrong as unknown as Command), TypeError, "pass a command line or an array");
  }
  assertThrows(() => argvOf(["ls", 5 as unknown as string]), TypeError, "word 1 of a command");
});

Deno.test("checkEnvs() copies what is set", () => {
  const envs = { A: "1", "with space": "", "é": "x=y" };
  assertEquals(checkEnvs(envs), envs);
  assertNotStrictEquals(checkEnvs(envs), envs);
  assertEquals(checkEnvs(undefined), {});
});

Deno.test("checkEnvs() refuses what no environment can hold, and does not show a value", () => {
  for (const name of ["", "A=B", "="]) assertThrows(() => checkEnvs({ [name]: "1" }), TypeError, "that is no name");
  assertThrows(() => checkEnvs({ "A\0": "1" }), TypeError, "a NUL");
  assertFalse(assertThrows(() => checkEnvs({ A: "hunter2\0" }), TypeError, "variable A").message.includes("hunter2"));
  assertThrows(() => checkEnvs({ A: 5 as unknown as string }), TypeError, "a number");
  for (const wrong of ["A=1", 5, null]) {
    assertThrows(() => checkEnvs(wrong as unknown as Record<string, string>), TypeError, "pass an object of strings");
  }
});

Deno.test("checkWord() gives the string", () => {
  assertEquals(checkWord("cwd", "/tmp"), "/tmp");
  assertThrows(() => checkWord("cwd", undefined), TypeError, "as cwd");
});

Deno.test("nameOf() shows the binary, never arguments", () => {
  assertEquals(nameOf("  ls -l secret"), 'command "ls"');
  assertEquals(nameOf(["/usr/bin/git", "secret"]), 'command "/usr/bin/git"');
  for (const odd of ["TOKEN=secret curl x", "'my cmd' x", "$(cat secret)", ["a b"], ["x".repeat(81)], "echo\0"]) {
    assertEquals(nameOf(odd), "command");
  }
});
