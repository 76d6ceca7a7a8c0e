/** Runs the fault proxy's cases on any of the three runtimes; the exit code tells. */

import process from "node:process";
import { PROXY_CASES } from "./fault_proxy_cases.ts";

for (const { name, run } of PROXY_CASES) {
  try {
    await run();
    console.log(`ok      ${name}`);
  } catch (error) {
    console.log(`FAILED  ${name}\n${(error as Error).stack}`);
    process.exitCode = 1;
  }
}
