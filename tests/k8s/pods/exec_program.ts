/** Runs the cases of commands on any of the three runtimes; the exit code tells. */

import process from "node:process";
import { EXEC_CASES, runExecCases } from "./exec_cases.ts";

const failed = await runExecCases();
for (const text of failed) console.log(`FAILED  ${text}`);
console.log(`${EXEC_CASES.length - failed.length} of ${EXEC_CASES.length} cases of commands in containers passed`);
process.exitCode = failed.length === 0 ? 0 : 1;
