/** Runs the cases of Pods on any of the three runtimes; the exit code tells. */

import process from "node:process";
import { EXEC_CASES } from "./exec_cases.ts";
import { FAULT_CASES } from "./fault_cases.ts";
import { FORWARD_CASES } from "./forward_cases.ts";
import { LOG_CASES } from "./log_cases.ts";

for (const { name, run } of [...EXEC_CASES, ...FAULT_CASES, ...LOG_CASES, ...FORWARD_CASES]) {
  try {
    await run();
    console.log(`ok      ${name}`);
  } catch (error) {
    console.log(`FAILED  ${name}\n${(error as Error).stack}`);
    process.exitCode = 1;
  }
}
