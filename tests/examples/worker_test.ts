import { assert, assertEquals, assertFalse } from "@std/assert";
import { RuntimeClient } from "../../mod.ts";
import { startLocalRuntime } from "../../src/local/mod.ts";
import { bundleWorker, startWorkers } from "./miniflare.ts";
import { files } from "./worker/files.ts";
import { leaving } from "./worker/leaving.ts";
import { refusals } from "./worker/refusals.ts";
import { startRelay } from "./worker/relay.ts";
import { Rig, type WorkerName, WORKERS } from "./worker/rig.ts";
import { running } from "./worker/running.ts";
import { leftRunning } from "../conformance/tools.ts";

/** No case needs so long, on the slowest machine: then what it waits for does not happen. */
const CASE_MS = 30_000;

async function inTime(done: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout>;
  const late = new Promise<void>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`It is not done after ${CASE_MS} ms`)), CASE_MS);
  });
  await Promise.race([done, late]).finally(() => clearTimeout(timer));
}

// One test with steps: they share the Workers, which take a second to start.
Deno.test("worker: tool calls in a sandbox, under Miniflare", async (t) => {
  await using runtime = await startLocalRuntime({ accounts: {} });
  await using relay = startRelay(runtime.url);
  using rig = new Rig(new RuntimeClient(runtime.clientOptions()), relay);
  const main = {
    CALLER_TOKEN: rig.callerToken,
    SBX_URL: runtime.url,
    SBX_TOKEN: runtime.token,
    MAX_FILE_BYTES: "40000000",
    HEARTBEAT_MS: "100",
  };
  const { SBX_URL: _, ...unconfigured } = main;
  const { CALLER_TOKEN: __, ...closed } = main;
  const bindings: Readonly<Record<WorkerName, Readonly<Record<string, string>>>> = {
    main,
    unsignalled: main,
    relayed: { ...main, SBX_URL: relay.url },
    stranger: { ...main, SBX_TOKEN: `stranger-${runtime.token}` },
    closed,
    unconfigured,
  };
  const dir = await Deno.makeTempDir();
  try {
    const script = `${dir}/worker.js`;
    await bundleWorker(new URL("worker/watched.ts", import.meta.url), script);
    await using workers = await startWorkers(
      script,
      WORKERS.map((name) => ({
        bindings: bindings[name],
        ...(name === "unsignalled" && { compatibilityFlags: [] }),
      })),
    );
    rig.found(workers.urls);

    for (const { name, run } of [...running, ...files, ...refusals, ...leaving]) {
      await t.step(name, () => inTime(run(rig)));
    }

    await t.step("every rejection was handled, and nothing complained", async () => {
      for (const worker of WORKERS) assertEquals((await rig.json("unhandled", { worker })).body, [], worker);
      assertEquals(workers.log().replace(/^\["http.*\n/m, ""), "");
    });
    await t.step("no answer and no log holds a token", () => {
      assert(rig.said.includes("unauthenticated"));
      for (const secret of [rig.callerToken, runtime.token]) {
        assertFalse(rig.said.includes(secret) || workers.log().includes(secret));
      }
    });
    await t.step("no command is left", async () => {
      assertEquals(await leftRunning(rig.sandbox), []);
    });
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
