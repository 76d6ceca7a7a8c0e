/** The TLS leg on this Deno; `deno task runtimes` runs it on Bun and Node, too. */

import { assertEquals } from "@std/assert";
import { tlsOutcomes } from "./tls_leg.ts";

Deno.test("TLS to the gateway under a private authority", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const failed: string[] = [];
    let passed = 0;
    const engine = { name: "deno", command: Deno.execPath() } as const;
    // All cases by header are for the other engines' sake: they ran on this one, without TLS.
    for await (const { name, error } of tlsOutcomes(engine, dir, (name) => !name.startsWith("header:"))) {
      if (error === undefined) passed++;
      else failed.push(`${name}\n${error}`);
    }
    assertEquals(failed, []);
    assertEquals(passed > 40, true, `${passed} passed`);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
