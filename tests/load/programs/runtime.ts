/** A local runtime with all bugs, in a process of its own: `<program> <mark>`. Its input's end is its own. */

import process from "node:process";
import { startLocalRuntime } from "../../../src/local/mod.ts";
import { MARK } from "../left.ts";

const [mark = ""] = process.argv.slice(2);
const runtime = await startLocalRuntime({ bugs: ["B1", "B2", "B4", "B6"], envs: { [MARK]: mark } });
// Ctrl-C reaches all programs of a terminal. Whoever started this one ends it.
process.on("SIGINT", () => {});
process.stdin.resume().once("end", async () => {
  await runtime.close();
  process.exit();
});
console.log(JSON.stringify({ url: runtime.url, token: runtime.token }));
