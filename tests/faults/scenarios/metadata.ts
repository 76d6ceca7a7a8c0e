import { stat } from "node:fs/promises";
import { check, equal } from "../../conformance/check.ts";
import type { Scenario } from "../scenario.ts";

async function isThere(path: string): Promise<boolean> {
  return await stat(path).then(() => true, () => false);
}

/** What is asked and changed about entries, and of the daemon. */
export const metadata: readonly Scenario[] = [
  {
    name: "list a directory",
    async run({ sandbox, dir, out }) {
      const entries = await sandbox.files.list(dir);
      equal(entries.map(({ name }) => name).sort(), ["err", "out", "text"]);
      equal(entries.find(({ name }) => name === "out")?.size, out.length);
    },
  },
  {
    name: "list many",
    async run({ sandbox, direct, dir }) {
      await direct.commands.run(["sh", "-c", 'mkdir "$0/many" && cd "$0/many" && touch $(seq 300)', dir]);
      equal((await sandbox.files.list(`${dir}/many`)).length, 300);
    },
  },
  {
    name: "get info",
    async run({ sandbox, dir, out }) {
      const { name, path, size, type } = await sandbox.files.getInfo(`${dir}/out`);
      equal([name, path, size, type], ["out", `${dir}/out`, out.length, "file"]);
    },
  },
  {
    name: "ask what exists and what does not",
    async run({ sandbox, dir }) {
      equal(await sandbox.files.exists(`${dir}/out`), true, "a file that is there exists");
      equal(await sandbox.files.exists(`${dir}/none`), false, "a file that is not there exists");
      equal(await sandbox.files.exists(dir), true, "a directory exists");
    },
  },
  {
    name: "make a directory, twice",
    async run({ sandbox, dir }) {
      equal(await sandbox.files.makeDir(`${dir}/a/b`), true, "made");
      check(await isThere(`${dir}/a/b`), "it was told to be made");
      equal(await sandbox.files.makeDir(`${dir}/a/b`), false, "made again");
    },
  },
  {
    name: "rename",
    async run({ sandbox, dir, out }) {
      const { path, size } = await sandbox.files.rename(`${dir}/out`, `${dir}/moved`);
      equal([path, size], [`${dir}/moved`, out.length]);
    },
    async after({ dir }, { error }) {
      const [from, to] = [await isThere(`${dir}/out`), await isThere(`${dir}/moved`)];
      check(from !== to, "it is in one of both places");
      check(error !== undefined || to, "it was told to be moved");
    },
  },
  {
    name: "remove",
    async run({ sandbox, dir }) {
      await sandbox.files.remove(`${dir}/out`);
    },
    async after({ dir }, { error }) {
      check(error !== undefined || !await isThere(`${dir}/out`), "it was told to be removed");
    },
  },
  {
    name: "health",
    async run({ sandbox, case: { faults } }) {
      const healthy = await sandbox.health();
      // "Not now" is an answer, where the gateway or nobody gave one.
      const down = faults.some(({ reply }) => reply?.status === 502 || reply?.status === 503);
      check(healthy || down, "a runtime that runs was told to be down");
    },
  },
  {
    name: "metrics",
    async run({ sandbox }) {
      const { cpuCount, memoryTotalBytes, timestamp } = await sandbox.metrics();
      check(
        cpuCount > 0 && memoryTotalBytes > 1e6 && Math.abs(Date.now() - +timestamp) < 60_000,
        "figures of a machine",
      );
    },
  },
  {
    name: "environment",
    async run({ sandbox }) {
      equal((await sandbox.envs())["E2B_SANDBOX"], "false");
    },
  },
];
