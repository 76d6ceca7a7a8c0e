import { assertEquals } from "@std/assert";

Deno.test("signals reach what waits for a body, also when the garbage was collected meanwhile", async () => {
  const program = new URL("./collected_program.ts", import.meta.url).pathname;
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-lock", "--no-check", "--quiet", "--v8-flags=--expose-gc", program],
    stderr: "inherit",
  }).output();
  assertEquals([code, new TextDecoder().decode(stdout)], [0, "enough\nclosed\n"]);
});
