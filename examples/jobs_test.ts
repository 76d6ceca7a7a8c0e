/** The build, followed by programs that know nothing of each other. `node:test` is there on Node, Deno and Bun. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { RuntimeClient } from "../mod.ts";
import { startLocalRuntime } from "../src/local/mod.ts";
import { type Bookmark, dropBuild, followBuild, startBuild } from "./jobs.ts";

test("a build is started by one program, and followed by others", async () => {
  await using runtime = await startLocalRuntime();
  // Each invocation makes a client of its own, and keeps a text.
  const invocation = () => new RuntimeClient(runtime.clientOptions());
  const script = "for i in 1 2 3; do echo step $i; sleep 0.2; done; exit 3";
  let kept = JSON.stringify(await startBuild(invocation(), "a1b2c3", script));
  assert.deepEqual(await startBuild(invocation(), "a1b2c3", script), JSON.parse(kept));

  let log = "";
  let exitCode: number | undefined;
  while (exitCode === undefined) {
    const progress = await followBuild(invocation(), JSON.parse(kept) as Bookmark, 300);
    log += new TextDecoder().decode(progress.log);
    exitCode = progress.exitCode;
    kept = JSON.stringify(progress.bookmark);
  }
  assert.equal(log, "step 1\nstep 2\nstep 3\n");
  assert.equal(exitCode, 3);

  await dropBuild(invocation(), JSON.parse(kept) as Bookmark);
  assert.deepEqual(await invocation().jobs.list(), []);
});
