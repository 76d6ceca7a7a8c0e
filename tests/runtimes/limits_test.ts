import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { allCases } from "./job.ts";
import { limitOf, LIMITS } from "./limits.ts";

const nowhere = { refused: "", redirect: "", silent: "", cut: "", hostile: "" };
const names = allCases(nowhere).map(({ name }) => name);

Deno.test("limits: they name cases that are there, each once for a platform", () => {
  assertEquals(names.filter((name, i) => names.indexOf(name) !== i), []);
  for (const { cases, missing } of LIMITS) {
    assertEquals(cases.filter((name) => !names.includes(name)), []);
    assert(missing.length > 0);
    for (const platform of missing) {
      for (const name of cases) assertEquals(limitOf(platform, name)?.cases, cases);
    }
  }
});

Deno.test("limits: README.md tells all of them", async () => {
  const text = await Deno.readTextFile(new URL("../../README.md", import.meta.url));
  for (const { capability, reason } of LIMITS) {
    for (const part of [capability, reason]) assertStringIncludes(text, part);
  }
});
