/** The short forms of `deno task soak`: a runtime with all bugs of the daemon, and a client in the same process. */

import { assert, assertEquals, assertLess } from "@std/assert";
import { RuntimeClient } from "../../mod.ts";
import { startLocalRuntime } from "../../src/local/mod.ts";
import { heapBytes } from "../streams/memory.ts";
import { seeded } from "../streams/random.ts";
import { connections, MARK, marked } from "./left.ts";
import { delay, type Load, nothingListed } from "./load.ts";
import { aborts } from "./loads/aborts.ts";
import { concurrent } from "./loads/concurrent.ts";
import { flood } from "./loads/flood.ts";
import { sequence } from "./loads/sequence.ts";

const MIB = 1024 * 1024;

/** Bytes that are in use, on the heap and beside it. */
function usedBytes(): number {
  return heapBytes() + Deno.memoryUsage().external;
}

/** Runs a load and demands that nothing is left of it. Gives the growth of memory that `measure` sees on the way. */
async function under(load: Load, count: number, { warmUp = 0, measureAt = NaN } = {}): Promise<number> {
  const seed = Number(Deno.env.get("LOAD_SEED") ?? Math.floor(Math.random() * 2 ** 31));
  console.log(`${count} ${load.unit}: LOAD_SEED=${seed}`);
  const mark = crypto.randomUUID();
  const runtime = await startLocalRuntime({ bugs: ["B1", "B2", "B4", "B6"], envs: { [MARK]: mark } });
  const sandbox = new RuntimeClient(runtime.clientOptions());
  const random = seeded(seed);
  try {
    if (warmUp > 0) await load.run(sandbox, warmUp, { random, progress: () => {} });
    const before = usedBytes();
    let during = NaN;
    const progress = (done: number) => {
      if (done >= measureAt && Number.isNaN(during)) during = usedBytes();
    };
    await load.run(sandbox, count, { random, progress });
    await nothingListed(sandbox);
    assert(await sandbox.health());
    assertEquals(marked(mark), []);
    return during - before;
  } finally {
    await runtime.close();
    const { port } = new URL(runtime.url);
    // The client's side of them is closed by its engine, a moment later.
    for (let tries = 0; tries < 200 && connections(Number(port)) > 0; tries++) await delay(25);
    assertEquals(connections(Number(port)), 0);
  }
}

Deno.test("load: 100 commands at once", async () => {
  await under(concurrent, 100);
});

Deno.test("load: 120 commands in sequence, which leave no memory behind", async () => {
  const count = 120;
  // A tenth of them print 168 KiB each.
  assertLess(await under(sequence, count, { warmUp: 40, measureAt: count }), 1.5 * MIB);
});

Deno.test("load: 100 aborts of chatty and silent commands at random moments", async () => {
  await under(aborts, 100);
});

Deno.test("load: output that is faster than its consumer waits in the process, not in memory", async () => {
  // All is offered at once, and half of it could be waiting when half is taken.
  const load = flood({ offered: 96, taken: 24 });
  assertLess(await under(load, 1, { measureAt: 0.5 }), 32 * MIB);
});
