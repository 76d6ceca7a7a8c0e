/** Runs the gateway's cases on any of the three runtimes; the exit code tells. */

import process from "node:process";
import { GATEWAY_CASES } from "./fake_gateway_cases.ts";

for (const { name, run } of GATEWAY_CASES) {
  try {
    await run();
    console.log(`ok      ${name}`);
  } catch (error) {
    console.log(`FAILED  ${name}\n${(error as Error).stack}`);
    process.exitCode = 1;
  }
}
