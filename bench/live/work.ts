/** Does the work of one row in this process and prints its figures: `work.ts <row> <amount> <url> <pid of the runtime>`. */

import { readFileSync } from "node:fs";
import { RuntimeClient } from "../../mod.ts";
import { liveRows } from "./rows.ts";

const [name, amount, url, pid] = Deno.args as [string, string, string, string];

function serverMib(): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))![1]) / 1024;
}

let requests = 0;
const sandbox = new RuntimeClient({ sandboxBaseUrl: url, runtimeToken: "bench", onRequest: () => void requests++ });
const row = liveRows.find((row) => row.name === name)!;
console.log(JSON.stringify(await row.work({ sandbox, requests: () => requests, serverMib }, Number(amount))));
// What is held open keeps no process alive that is done.
Deno.exit();
