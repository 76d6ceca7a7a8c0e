/** Commands over TLS on this Deno; `exec_program.ts` runs the same cases on Bun and Node. */

import { assertEquals } from "@std/assert";
import { runExecCases } from "./exec_cases.ts";

Deno.test("exec: over TLS with a private authority", async () => {
  assertEquals(await runExecCases(), []);
});
