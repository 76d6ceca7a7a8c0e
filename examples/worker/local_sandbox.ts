/**
 * A sandbox on this machine for `wrangler dev`: starts a local runtime, and writes what the Worker must know of it to
 * `.dev.vars`. It runs commands as you, with no isolation.
 */

import { startLocalRuntime } from "@kruise-agents/runtime/local";
import { rm, writeFile } from "node:fs/promises";
import process from "node:process";

const file = new URL(".dev.vars", import.meta.url);

const runtime = await startLocalRuntime();
const callerToken = crypto.randomUUID();
const vars = { CALLER_TOKEN: callerToken, SBX_URL: runtime.url, SBX_TOKEN: runtime.token };
const lines = Object.entries(vars).map(([name, value]) => `${name}=${value}\n`);
await writeFile(file, lines.join(""), { mode: 0o600 });

console.log(`A sandbox at ${runtime.url}, until Ctrl-C. In another terminal:

  npx wrangler@4 dev

and in a third:

  TOKEN=${callerToken}
`);

// What starts this may pass one Ctrl-C on twice.
let closing: Promise<void> | undefined;
const close = () => void (closing ??= runtime.close().finally(() => rm(file)));
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, close);
