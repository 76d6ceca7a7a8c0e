import { type RequestEvent, type ResponseEvent, RuntimeClient } from "../../../mod.ts";
import type { Case } from "../case.ts";
import { check, equal, rejection, rejects } from "../check.ts";

/** The client itself, and what the daemon says of itself. */
export const info: readonly Case[] = [
  {
    name: "health",
    source: "wire: http-health",
    async run(sandbox) {
      equal(await sandbox.health(), true);
    },
  },
  {
    name: "metrics",
    source: "wire: http-metrics",
    async run(sandbox) {
      const metrics = await sandbox.metrics();
      check(Number.isInteger(metrics.cpuCount) && metrics.cpuCount >= 1, `cpuCount ${metrics.cpuCount}`);
      check(metrics.cpuUsedPercent >= 0, `cpuUsedPercent ${metrics.cpuUsedPercent}`);
      check(metrics.memoryTotalBytes > 1024 * 1024, `memoryTotalBytes ${metrics.memoryTotalBytes}`);
      check(metrics.memoryUsedBytes > 0 && metrics.memoryUsedBytes <= metrics.memoryTotalBytes, "memoryUsedBytes");
      check(metrics.diskTotalBytes! > 0 && metrics.diskUsedBytes! > 0, "disk");
      check(metrics.timestamp instanceof Date && metrics.timestamp.getFullYear() >= 2025, `${metrics.timestamp}`);
    },
  },
  {
    name: "envs",
    source: "wire: http-envs",
    async run(sandbox) {
      const envs = await sandbox.envs();
      check(["true", "false"].includes(envs.E2B_SANDBOX ?? ""), `E2B_SANDBOX is ${envs.E2B_SANDBOX}`);
      check(Object.values(envs).every((value) => typeof value === "string"), "texts");
    },
  },
  {
    name: "an aborted signal makes no request",
    source: "wire: http-health",
    async run(sandbox, { dir }) {
      const requests: RequestEvent[] = [];
      const view = sandbox.with({ onRequest: (event) => void requests.push(event) });
      const reason = new Error("mine");
      const options = { signal: AbortSignal.abort(reason) };
      const calls = [
        () => view.health(options),
        () => view.metrics(options),
        () => view.envs(options),
        () => view.commands.run(["true"], options),
        () => view.commands.list(options),
        () => view.commands.kill(999_999, options),
        () => view.commands.sendSignal(999_999, "SIGTERM", options),
        () => view.commands.sendStdin(999_999, "x", options),
        () => view.commands.closeStdin(999_999, options),
        () => view.commands.connectToProcess(999_999, options),
        () => view.files.list(dir, options),
        () => view.files.exists(dir, options),
        () => view.files.getInfo(dir, options),
        () => view.files.makeDir(`${dir}/x`, options),
        () => view.files.rename(dir, `${dir}/x`, options),
        () => view.files.remove(`${dir}/x`, options),
        () => view.files.read(`${dir}/x`, options),
        () => view.files.readText(`${dir}/x`, options),
        () => view.files.readBlob(`${dir}/x`, options),
        () => view.files.readStream(`${dir}/x`, options),
        () => view.files.write(`${dir}/x`, "x", options),
        () => view.files.writeText(`${dir}/x`, "x", options),
        () => view.files.writeFiles([{ path: `${dir}/x`, data: "x" }], options),
      ];
      for (const call of calls) check(await rejection(call()) === reason, `${call}`);
      equal(requests, []);
    },
  },
  {
    name: "with: a view has its own observers and headers, and is a client of the same sandbox",
    source: "wire: http-health",
    async run(sandbox) {
      const requests: RequestEvent[] = [];
      const responses: ResponseEvent[] = [];
      const view = sandbox.with({
        headers: { "x-test": "1" },
        requestTimeoutMs: 30_000,
        onRequest: (event) => void requests.push(event),
        onResponse: (event) => void responses.push(event),
      });
      check(view instanceof RuntimeClient, "a client");
      equal([view.runtimeUrl, view.sandboxId], [sandbox.runtimeUrl, sandbox.sandboxId]);
      equal((await view.commands.run(["echo", "hello"])).stdout, "hello\n");
      const start = requests.find(({ url }) => url.endsWith("/process.Process/Start"));
      equal([start?.method, start?.attempt], ["POST", 1]);
      const answer = responses.find(({ url }) => url.endsWith("/process.Process/Start"));
      check(answer?.status === 200 && answer.durationMs >= 0 && answer.error === undefined, "the answer is told");
      requests.length = 0;
      await sandbox.health();
      equal(requests, [], "the client itself has none");
    },
  },
  {
    name: "with: a view has its own account",
    source: "docs/protocol.md §2",
    async run(sandbox, { dir }) {
      const view = sandbox.with({ user: "nobody-here" });
      await rejects(view.commands.run(["true"]), "unknown_user");
      await rejects(view.files.getInfo(dir), "unknown_user");
      equal((await view.files.getInfo(dir, { user: "root" })).path, dir);
      equal((await sandbox.files.getInfo(dir)).path, dir);
    },
  },
];
