/** The local runtime in a process of its own: for work whose time is that of starting real processes. */

import process from "node:process";
import { startLocalRuntime } from "../../src/local/mod.ts";

const runtime = await startLocalRuntime({ token: "bench" });
console.log(JSON.stringify({ local: runtime.url, pid: process.pid }));
process.stdin.resume().once("end", () => void runtime.close().then(() => process.exit()));
