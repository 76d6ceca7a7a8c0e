/**
 * The agent, tested without a sandbox: what one answered is in agent.cassette.json, and is replayed. To record it anew,
 * after the agent's calls have changed: `RECORD=1 deno test -A examples/agent_test.ts`. Here a local runtime stands in
 * for the sandbox; a client of your sandbox does as well. `node:test` is there on Node, Deno and Bun.
 */

import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import process from "node:process";
import { test } from "node:test";
import { RuntimeClient } from "../mod.ts";
import { startLocalRuntime } from "../src/local/mod.ts";
import { record, replay } from "../src/testing/mod.ts";
import { agent, type Model } from "./agent.ts";

const CASSETTE = new URL("agent.cassette.json", import.meta.url);

/** Stands in for the model: it writes a script with a mistake, sees it fail, and mends it. */
const model: Model = (seen) => {
  const path = "/tmp/agent-example/sum.sh";
  if (seen.startsWith("Add ")) return { write: path, text: "echo $(($1 + $3))\n" };
  if (seen.startsWith("wrote ")) return { run: `sh ${path} 19 23 | grep -x 42` };
  if (seen.startsWith("exit code 0")) return { answer: seen.split("\n")[1]! };
  return { write: path, text: "echo $(($1 + $2))\n" };
};

async function recorded(): Promise<void> {
  await using runtime = await startLocalRuntime();
  const recorder = record(fetch);
  const sandbox = new RuntimeClient({ ...runtime.clientOptions(), fetch: recorder.fetch });
  await agent(sandbox, "Add 19 and 23", model);
  await writeFile(CASSETTE, `${JSON.stringify(await recorder.cassette(), null, 2)}\n`);
  await sandbox.files.remove("/tmp/agent-example");
}

test("the agent mends its script and finds the sum", async () => {
  if (process.env.RECORD) await recorded();
  const answers = replay(JSON.parse(await readFile(CASSETTE, "utf8")));
  const sandbox = new RuntimeClient({ sandboxBaseUrl: "http://sandbox.test", fetch: answers });
  assert.equal(await agent(sandbox, "Add 19 and 23", model), "42");
  assert.deepEqual(answers.unused(), []);
});
