import { assertEquals } from "@std/assert";
import type { Rig, WorkerCase, WorkerName } from "./rig.ts";

const CHATTY = "while :; do echo again; sleep 0.01; done";

async function leave(rig: Rig, command: string, worker: WorkerName): Promise<void> {
  const run = await rig.run({ command }, { worker });
  assertEquals((await run.next()).name, "stdout");
  await run.leave();
  await rig.ended(run.pid);
}

/** Commands whose callers go away: each must be killed. */
export const leaving: readonly WorkerCase[] = [
  { name: "a caller leaves a chatty command", run: (rig) => leave(rig, CHATTY, "main") },
  { name: "a caller leaves a silent command", run: (rig) => leave(rig, "echo begun; exec sleep 300", "main") },
  {
    name: "a caller leaves a command that floods",
    run: (rig) => leave(rig, "exec cat /dev/zero", "main"),
  },
  {
    name: "a caller leaves where the request has no signal",
    async run(rig) {
      await leave(rig, CHATTY, "unsignalled");
      await leave(rig, "echo begun; exec sleep 300", "unsignalled");
    },
  },
  {
    name: "a caller leaves before the command has started",
    async run(rig) {
      const arrived = Promise.withResolvers<void>();
      const left = Promise.withResolvers<void>();
      const killed = Promise.withResolvers<void>();
      let starts = 0;
      rig.relay.hook = async (request, pass) => {
        if (!request.url.endsWith("/Start")) return await pass();
        if (++starts > 1) killed.resolve(); // the helper that ends all of it
        arrived.resolve();
        await left.promise;
        return await pass();
      };
      const caller = new AbortController();
      const body = JSON.stringify({ command: "exec sleep 300" });
      const asking = { method: "POST", body, signal: caller.signal, worker: "relayed" } as const;
      const asked = rig.ask("tools/run", asking).then(() => "answered", () => "gone");
      await arrived.promise;
      caller.abort();
      assertEquals(await asked, "gone");
      left.resolve();
      await killed.promise;
      await rig.until(async () => (await rig.sandbox.commands.list()).length === 0);
      rig.relay.hook = undefined;
    },
  },
  {
    name: "many callers leave at once",
    async run(rig) {
      const runs = await Promise.all(Array.from({ length: 10 }, () => rig.run({ command: CHATTY })));
      await Promise.all(runs.map((run) => run.leave()));
      for (const { pid } of runs) await rig.ended(pid);
    },
  },
];
