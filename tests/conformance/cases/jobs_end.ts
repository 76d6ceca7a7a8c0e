import type { Case } from "../case.ts";
import { check, equal, rejects } from "../check.ts";
import { firstOf, JOBS_SOURCE, lives, Started } from "../job_tools.ts";

/** How jobs end, and are removed. */
export const jobsEnd: readonly Case[] = [
  {
    name: "jobs: kill ends everything that belongs to it",
    source: JOBS_SOURCE,
    async run(sandbox, kit) {
      const job = await new Started(sandbox, kit).start(["sh", "-c", "sleep 600 & echo $!; wait; echo never"]);
      const follow = (await job.output({ follow: true })).getReader();
      const child = new TextDecoder().decode((await follow.read()).value).trim();
      check(await lives(sandbox, child), "the child runs");
      equal(await job.kill(), true);
      equal(await lives(sandbox, child), false, "the child lives");
      equal(await job.status(), { state: "exited", exitCode: 143, signal: "SIGTERM" });
      equal((await follow.read()).done, true);
      equal(await job.kill(), false);
      const result = await job.wait({ check: false });
      equal([result.exitCode, result.signal, result.error], [143, "SIGTERM", "signal: terminated"]);
    },
  },
  {
    name: "jobs: what does not heed SIGTERM is killed after the grace",
    source: JOBS_SOURCE,
    async run(sandbox, kit) {
      const script = "trap '' TERM; echo ready; while :; do sleep 0.1; done";
      const job = await new Started(sandbox, kit).start(["sh", "-c", script]);
      await firstOf(job);
      equal(await job.kill({ graceMs: 200 }), true);
      equal(await job.status(), { state: "exited", exitCode: 137, signal: "SIGKILL" });
    },
  },
  {
    name: "jobs: what handles SIGTERM ends in its own way",
    source: JOBS_SOURCE,
    async run(sandbox, kit) {
      const script = "trap 'echo bye; exit 5' TERM; echo ready; while :; do sleep 0.05; done";
      const job = await new Started(sandbox, kit).start(["sh", "-c", script]);
      await firstOf(job);
      equal(await job.kill(), true);
      const result = await job.wait({ check: false });
      equal([result.exitCode, result.signal, result.stdout], [5, undefined, "ready\nbye\n"]);
    },
  },
  {
    name: "jobs: an exit code of 137 is no signal",
    source: "wire: process-shell-reports-137",
    async run(sandbox, kit) {
      const job = await new Started(sandbox, kit).start("exit 137");
      const { exitCode, signal } = await job.wait({ check: false });
      equal([exitCode, signal], [137, undefined]);
    },
  },
  {
    name: "jobs: the time limit is the sandbox's",
    source: JOBS_SOURCE,
    async run(sandbox, kit) {
      const job = await new Started(sandbox, kit).start("echo first; sleep 600", { timeoutMs: 300 });
      const error = await rejects(job.wait(), "command_timeout");
      equal(error.partial?.stdout, "first\n");
      equal(await job.status(), { state: "exited", exitCode: 143, signal: "SIGTERM", timedOut: true });
      const quick = await new Started(sandbox, kit).start("echo done", { timeoutMs: 600_000 });
      equal((await quick.wait()).stdout, "done\n");
    },
  },
  {
    name: "jobs: one that runs is not removed, one that is gone is not found",
    source: JOBS_SOURCE,
    async run(sandbox, kit) {
      const job = await new Started(sandbox, kit).start(["sleep", "600"], { id: kit.unique });
      const error = await rejects(job.remove(), "invalid_argument");
      check(error.hint !== undefined, "a hint");
      const follow = (await job.output({ follow: true })).getReader();
      const reading = rejects(follow.read(), "job_not_found");
      // The journal goes while it is followed.
      await sandbox.commands.run(["sh", "-c", `mv ~/.kruise/jobs/${kit.unique} ${kit.dir}/gone`], { user: "root" });
      await reading;
      await rejects(job.status(), "job_not_found");
      await rejects(job.output(), "job_not_found");
      await rejects(job.wait(), "job_not_found");
      await rejects(job.kill(), "job_not_found");
      await rejects(sandbox.jobs.get(kit.unique), "job_not_found");
      await job.remove();
      await sandbox.commands.run(["sh", "-c", `mv ${kit.dir}/gone ~/.kruise/jobs/${kit.unique}`], { user: "root" });
      equal(await job.kill(), true);
      await job.remove();
      await rejects(sandbox.jobs.get(kit.unique), "job_not_found");
    },
  },
  {
    name: "jobs: the journal can be read and edited by hand, and what makes no sense is said",
    source: JOBS_SOURCE,
    async run(sandbox, kit) {
      const started = new Started(sandbox, kit);
      const job = await started.start(["sleep", "600"], { id: kit.unique });
      const status = await job.status();
      const files = sandbox.with({ user: "root" }).files;
      const path = (name: string) => `~/.kruise/jobs/${kit.unique}/${name}`;
      const pid = await files.readText(path("pid"));
      check(status.state === "running" && pid.startsWith(`${status.pid} `), pid);
      // Not of this process: born at another time.
      await files.write(path("pid"), pid.replace(/ \d+ /, " 1 "));
      await rejects(job.remove(), "invalid_argument");
      await files.write(path("pid"), "garbage\n");
      await rejects(job.status(), "protocol");
      await rejects(job.kill(), "protocol");
      await files.write(path("pid"), pid);
      equal(await job.kill(), true);
      equal((await files.readText(path("exit"))).trim(), "143 SIGTERM -");
      await files.write(path("exit"), "all is well\n");
      await rejects(job.status(), "protocol");
      await rejects(job.wait(), "protocol");
      equal((await sandbox.jobs.list()).find(({ id }) => id === job.id)?.status, { state: "lost" });
      await files.remove(path("exit"));
      equal(await job.status(), { state: "lost" });
      equal(await job.kill(), false);
      await rejects(job.wait(), "disconnected");
    },
  },
];
