/** The transport on this Deno; `deno task runtimes` runs the same cases on Bun and Node, too. */

import { assertEquals } from "@std/assert";
import { TRANSPORT_CASES } from "./cases.ts";
import { transportOutcomes } from "./leg.ts";

Deno.test("requests to the API server with every setting of TLS", async () => {
  const failed: string[] = [];
  let passed = 0;
  for await (const { name, error } of transportOutcomes({ name: "deno", command: Deno.execPath() })) {
    if (error === undefined) passed++;
    else failed.push(`${name}\n${error}`);
  }
  assertEquals(failed, []);
  // Besides the cases: that the program ends by itself, and that no request strayed.
  assertEquals(passed, TRANSPORT_CASES.length + 2);
});
