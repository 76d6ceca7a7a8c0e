import { assert, assertEquals } from "@std/assert";

interface Graph {
  readonly modules: readonly { readonly specifier: string }[];
}

Deno.test("record and replay need nothing but web APIs", async () => {
  for (const entry of ["record.ts", "replay.ts"]) {
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", new URL(`../../../src/testing/cassette/${entry}`, import.meta.url).href],
    }).output();
    const { modules }: Graph = JSON.parse(new TextDecoder().decode(stdout));
    assert(modules.some(({ specifier }) => specifier.endsWith(`/src/testing/cassette/${entry}`)), entry);
    assertEquals(modules.filter(({ specifier }) => specifier.startsWith("node:")), [], entry);
  }
});
