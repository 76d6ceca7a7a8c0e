import type { Job } from "../../../mod.ts";
import type { Case } from "../case.ts";
import { check, equal, rejection, rejects } from "../check.ts";
import { JOBS_SOURCE, lives, Started, until } from "../job_tools.ts";
import { bytesOf, noise, textOf } from "../tools.ts";

/** Commands that outlive their callers. */
export const jobs: readonly Case[] = [
  {
    name: "jobs: output, exit code and pid are there for whoever attaches",
    source: JOBS_SOURCE,
    async run(sandbox, kit) {
      const job = await new Started(sandbox, kit).start("echo out; echo err >&2; exit 3", { id: kit.unique });
      equal(job.id, kit.unique);
      const other = await sandbox.with({}).jobs.get(kit.unique);
      const result = await other.wait({ check: false });
      equal([result.exitCode, result.signal, result.stdout, result.stderr], [3, undefined, "out\n", "err\n"]);
      equal(result.error, "exit status 3");
      equal(await other.status(), { state: "exited", exitCode: 3 });
      const error = await rejects(job.wait(), "command_exit");
      equal(error.result, result, "every waiter gets the same");
      check(error.message.includes(kit.unique), error.message);
    },
  },
  {
    name: "jobs: it runs, and is none of the daemon's processes",
    source: JOBS_SOURCE,
    async run(sandbox, kit) {
      const job = await new Started(sandbox, kit).start(["sleep", "600"]);
      const status = await job.status();
      check(status.state === "running", JSON.stringify(status));
      check(await lives(sandbox, String(status.pid)), "the pid is the command's");
      equal((await sandbox.commands.list()).filter(({ pid }) => pid === status.pid), []);
    },
  },
  {
    name: "jobs: output from an exact byte on",
    source: JOBS_SOURCE,
    async run(sandbox, kit) {
      const job = await new Started(sandbox, kit).start("printf 0123456789; printf abc >&2");
      await job.wait();
      const read = async (...args: Parameters<Job["output"]>) => await textOf(await job.output(...args));
      equal(await read(), "0123456789");
      equal(await read({ from: 4 }), "456789");
      equal(await read({ from: 10 }), "");
      equal(await read({ from: 11 }), "");
      equal(await read({ from: 11, follow: true }), "");
      equal(await read({ stream: "stderr", from: 1, follow: true }), "bc");
    },
  },
  {
    name: "jobs: every byte comes back",
    source: JOBS_SOURCE,
    async run(sandbox, kit) {
      const input = noise(300_000);
      const job = await new Started(sandbox, kit).start(["cat"], { stdin: input });
      equal(await bytesOf(await job.output({ follow: true })), input);
      equal((await job.wait()).stdoutBytes, input);
    },
  },
  {
    name: "jobs: without input it is at its end at once",
    source: JOBS_SOURCE,
    async run(sandbox, kit) {
      equal((await (await new Started(sandbox, kit).start(["cat"])).wait()).stdout, "");
      equal((await (await new Started(sandbox, kit).start(["cat"], { stdin: "" })).wait()).stdout, "");
    },
  },
  {
    name: "jobs: what comes is seen while it runs",
    source: JOBS_SOURCE,
    async run(sandbox, kit) {
      const go = `${kit.dir}/go`;
      const job = await new Started(sandbox, kit).start(["sh", "-c", `echo one; ${until(go, "echo two")}`]);
      const reader = (await job.output({ follow: true })).getReader();
      const { value } = await reader.read();
      equal(new TextDecoder().decode(value), "one\n");
      await sandbox.files.write(go, "");
      let text = "";
      for (let next = await reader.read(); !next.done; next = await reader.read()) {
        text += new TextDecoder().decode(next.value);
      }
      equal(text, "two\n");
    },
  },
  {
    name: "jobs: output that is not followed ends with what there is",
    source: JOBS_SOURCE,
    async run(sandbox, kit) {
      const job = await new Started(sandbox, kit).start("echo one; sleep 600");
      const follow = (await job.output({ follow: true })).getReader();
      await follow.read();
      equal(await textOf(await job.output()), "one\n");
      await follow.cancel();
    },
  },
  {
    name: "jobs: callbacks of wait get text as it comes, of both streams",
    source: JOBS_SOURCE,
    async run(sandbox, kit) {
      const go = `${kit.dir}/go`;
      const job = await new Started(sandbox, kit).start(`echo out; ${until(go, "echo err >&2; printf ä")}`);
      const seen: string[] = [];
      const result = await job.wait({
        async onStdout(text) {
          seen.push(`out ${text}`);
          if (text === "out\n") await sandbox.files.write(go, "");
        },
        onStderr: (text) => void seen.push(`err ${text}`),
        capture: false,
      });
      equal(seen.toSorted(), ["err err\n", "out out\n", "out ä"]);
      equal([result.stdout, result.stderr], ["", ""]);
    },
  },
  {
    name: "jobs: a callback that throws, and an abort, end the waiting only",
    source: JOBS_SOURCE,
    async run(sandbox, kit) {
      const job = await new Started(sandbox, kit).start("echo one; sleep 600");
      const own = new Error("enough");
      equal(
        await rejection(job.wait({
          onStdout() {
            throw own;
          },
        })),
        own,
      );
      const stop = new AbortController();
      equal(await rejection(job.wait({ onStdout: () => stop.abort(own), signal: stop.signal })), own);
      equal((await job.status()).state, "running");
    },
  },
  {
    name: "jobs: wait keeps head and tail, or says that it is too much",
    source: JOBS_SOURCE,
    async run(sandbox, kit) {
      const job = await new Started(sandbox, kit).start("printf %0100d 7");
      const result = await job.wait({ maxOutputBytes: 10 });
      equal([result.stdout, result.truncatedBytes], ["0000000007", 90]);
      const error = await rejects(job.wait({ maxOutputBytes: 10, overflow: "throw" }), "output_limit");
      equal(error.partial?.truncatedBytes, 90);
    },
  },
  {
    name: "jobs: an id starts once, however often and however many at a time",
    source: JOBS_SOURCE,
    async run(sandbox, kit) {
      const started = new Started(sandbox, kit);
      const line = `echo ran >>${kit.dir}/runs; sleep 600`;
      const options = { id: kit.unique, envs: { A: "1" }, cwd: kit.dir };
      await Promise.all(Array.from({ length: 6 }, () => started.start(line, options)));
      const pids = new Set();
      for (let i = 0; i < 2; i++) {
        const status = await (await started.start(line, options)).status();
        pids.add(status.state === "running" && status.pid);
      }
      equal(pids.size, 1);
      equal(await sandbox.files.readText(`${kit.dir}/runs`), "ran\n");
    },
  },
  {
    name: "jobs: an id is taken by another command, directory or environment",
    source: JOBS_SOURCE,
    async run(sandbox, kit) {
      const started = new Started(sandbox, kit);
      const options = { id: kit.unique, envs: { A: "1" }, cwd: kit.dir };
      await (await started.start(["echo", "one"], options)).wait();
      await rejects(started.start(["echo", "two"], options), "already_exists");
      await rejects(started.start(["echo one"], options), "already_exists");
      await rejects(started.start(["echo", "one"], { ...options, envs: { A: "2" } }), "already_exists");
      await rejects(started.start(["echo", "one"], { ...options, cwd: "/" }), "already_exists");
      const error = await rejects(started.start(["echo", "one"], { id: kit.unique }), "already_exists");
      check(error.hint?.includes("remove()"), error.hint ?? "no hint");
      equal((await (await started.start(["echo", "one"], options)).wait()).stdout, "one\n");
    },
  },
  {
    name: "jobs: directory, variables and PATH are the command's",
    source: JOBS_SOURCE,
    async run(sandbox, kit) {
      const started = new Started(sandbox, kit);
      const envs = { GREETING: "a 'b' \"c\"\nd", _sbx_d: "own", d: "x" };
      const script = 'pwd; printf "%s\\n" "$GREETING" "$d"; umask';
      const job = await started.start(["sh", "-c", script], { cwd: kit.dir, envs });
      const { stdout } = await sandbox.commands.run(["sh", "-c", script], { cwd: kit.dir, envs });
      equal((await job.wait()).stdout, stdout);
      const bare = await started.start(["/bin/sh", "-c", 'echo "$PATH"'], { envs: { PATH: "/nowhere" } });
      equal((await bare.wait()).stdout, "/nowhere\n");
    },
  },
  {
    name: "jobs: a binary that is not there is exit code 127, a directory is refused",
    source: JOBS_SOURCE,
    async run(sandbox, kit) {
      const started = new Started(sandbox, kit);
      const job = await started.start([`/no/such/${kit.unique}`]);
      const { exitCode, stderr } = await job.wait({ check: false });
      equal(exitCode, 127);
      check(stderr.includes(kit.unique), stderr);
      await rejects(started.start(["true"], { id: kit.unique, cwd: "/no/such" }), "invalid_argument");
      await rejects(sandbox.jobs.get(kit.unique), "job_not_found");
    },
  },
  {
    name: "jobs: a command of 200 KB with words of all kinds",
    source: JOBS_SOURCE,
    async run(sandbox, kit) {
      const words = [
        "",
        "a b",
        "-n",
        "'",
        '"',
        "$HOME",
        "`id`",
        "\\",
        "é😀",
        "x\ny",
        ...Array(100).fill("z".repeat(2_000)),
      ];
      const job = await new Started(sandbox, kit).start(["printf", "%s|", ...words], { id: kit.unique });
      equal((await job.wait()).stdout, words.map((word) => `${word}|`).join(""));
      const info = (await sandbox.jobs.list()).find(({ id }) => id === kit.unique);
      equal(info?.command, ["printf", "%s|", ...words]);
    },
  },
  {
    name: "jobs: list tells how they are",
    source: JOBS_SOURCE,
    async run(sandbox, kit) {
      const started = new Started(sandbox, kit);
      const before = Date.now();
      const ended = await started.start("printf 12345; printf 678 >&2", { id: `${kit.unique}-1` });
      await ended.wait();
      await started.start(["sleep", "600"], { id: `${kit.unique}-2` });
      const list = (await sandbox.jobs.list()).filter(({ id }) => id.startsWith(kit.unique));
      equal(list.map(({ id }) => id), [`${kit.unique}-1`, `${kit.unique}-2`]);
      const [one, two] = list;
      equal(one!.command, "printf 12345; printf 678 >&2");
      equal(one!.status, { state: "exited", exitCode: 0 });
      equal([one!.stdoutBytes, one!.stderrBytes], [5, 3]);
      check(Math.abs(+one!.startedTime - before) < 3_600_000, `started ${one!.startedTime}`);
      equal([two!.command, two!.status.state], [["sleep", "600"], "running"]);
      await ended.remove();
      equal((await sandbox.jobs.list()).some(({ id }) => id === ended.id), false);
    },
  },
  {
    name: "jobs: ids that are none are refused",
    source: JOBS_SOURCE,
    async run({ jobs }) {
      for (
        const id of ["", ".", "..", "../../x", "a/b", "a b", "a\n", "-a", ".a", "é", "a".repeat(129), "a".repeat(300)]
      ) {
        check(await rejection(jobs.start(["true"], { id })) instanceof RangeError, JSON.stringify(id));
        check(await rejection(jobs.get(id)) instanceof RangeError, JSON.stringify(id));
      }
      check(await rejection(jobs.get(7 as never)) instanceof TypeError, "a number");
    },
  },
];
