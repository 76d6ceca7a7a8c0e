import { assertEquals } from "@std/assert";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { PipedChild } from "../../src/local/process/child.ts";
import { ProcessTable } from "../../src/local/process/process_table.ts";

Deno.test("ProcessTable.close() waits until the processes have ended", async () => {
  const table = new ProcessTable();
  for (let i = 0; i < 2; i++) {
    const child = spawn("sleep", ["300"], { stdio: ["ignore", "pipe", "pipe"] });
    await once(child, "spawn");
    table.add(new PipedChild(child), undefined, undefined);
  }
  await table.close();
  assertEquals(table.list(), []);
});
