import type { Job, RuntimeClient } from "../../../mod.ts";
import type { Case, Kit } from "../case.ts";
import { check, equal, rejection, rejects } from "../check.ts";
import { bytesOf, noise, textOf } from "../tools.ts";

/** Jobs that are ended and removed after the case. */
class Started {
  readonly #sandbox: RuntimeClient;
  readonly #jobs: Job[] = [];

  constructor(sandbox: RuntimeClient, { own }: Kit) {
    this.#sandbox = sandbox;
    own(this);
  }

  async start(...args: Parameters<RuntimeClient["jobs"]["start"]>): Promise<Job> {
    const job = await this.#sandbox.jobs.start(...args);
    this.#jobs.push(job);
    return job;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const job of this.#jobs) {
      await job.kill({ graceMs: 0 }).catch(() => {});
      await job.remove();
    }
  }
}

/** A command that goes on once the file is there. */
const until = (file: string, then: string) => `until [ -e ${file} ]; do sleep 0.05; done; ${then}`;

/** Whether a process is there: not as a zombie that nobody has buried. */
async function lives({ commands }: RuntimeClient, pid: string): Promise<boolean> {
  const line = `ps -o stat= -p ${pid} | grep -v Z`;
  return (await commands.run(["sh", "-c", line], { check: false })).exitCode === 0;
}

const SOURCE = "docs/protocol.md §4";

/** Commands that outlive their callers. */
export const jobs: readonly Case[] = [
  {
    name: "jobs: output, exit code and pid are there for whoever attaches",
    source: SOURCE,
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
    source: SOURCE,
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
    source: SOURCE,
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
    source: SOURCE,
    async run(sandbox, kit) {
      const input = noise(300_000);
      const job = await new Started(sandbox, kit).start(["cat"], { stdin: input });
      equal(await bytesOf(await job.output({ follow: true })), input);
      equal((await job.wait()).stdoutBytes, input);
    },
  },
  {
    name: "jobs: without input it is at its end at once",
    source: SOURCE,
    async run(sandbox, kit) {
      equal((await (await new Started(sandbox, kit).start(["cat"])).wait()).stdout, "");
      equal((await (await new Started(sandbox, kit).start(["cat"], { stdin: "" })).wait()).stdout, "");
    },
  },
  {
    name: "jobs: what comes is seen while it runs",
    source: SOURCE,
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
    source: SOURCE,
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
    source: SOURCE,
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
    source: SOURCE,
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
    source: SOURCE,
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
    source: SOURCE,
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
    source: SOURCE,
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
    source: SOURCE,
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
    source: SOURCE,
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
    source: SOURCE,
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
    name: "jobs: kill ends everything that belongs to it",
    source: SOURCE,
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
    source: SOURCE,
    async run(sandbox, kit) {
      const script = "trap '' TERM; echo ready; while :; do sleep 0.1; done";
      const job = await new Started(sandbox, kit).start(["sh", "-c", script]);
      await (await job.output({ follow: true })).getReader().read();
      equal(await job.kill({ graceMs: 200 }), true);
      equal(await job.status(), { state: "exited", exitCode: 137, signal: "SIGKILL" });
    },
  },
  {
    name: "jobs: what handles SIGTERM ends in its own way",
    source: SOURCE,
    async run(sandbox, kit) {
      const script = "trap 'echo bye; exit 5' TERM; echo ready; while :; do sleep 0.05; done";
      const job = await new Started(sandbox, kit).start(["sh", "-c", script]);
      await (await job.output({ follow: true })).getReader().read();
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
    source: SOURCE,
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
    name: "jobs: list tells how they are",
    source: SOURCE,
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
    name: "jobs: one that runs is not removed, one that is gone is not found",
    source: SOURCE,
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
    source: SOURCE,
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
  {
    name: "jobs: ids that are none are refused",
    source: SOURCE,
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
  {
    name: "durable: the result of a run, and nothing is left",
    source: SOURCE,
    async run({ commands, jobs }, { dir, unique }) {
      const line = `echo ${unique}; printf err >&2; pwd; cat; exit 3`;
      const options = { cwd: dir, check: false, stdin: "input" };
      const plain = await commands.run(line, options);
      const durable = await commands.run(line, { ...options, durable: true });
      equal({ ...durable, pid: 0 }, { ...plain, pid: 0 });
      const errors = await Promise.all(
        [false, true].map((durable) => rejects(commands.run(line, { durable }), "command_exit")),
      );
      equal(errors[1]!.message, errors[0]!.message);
      const left = (await jobs.list()).filter(({ command }) => command.includes(unique));
      equal(left, []);
    },
  },
  {
    name: "durable: callbacks, time limit, abort and output limit are those of a run",
    source: SOURCE,
    async run({ commands, jobs }, { unique }) {
      let text = "";
      await commands.run("echo one; echo two", { durable: true, onStdout: (part) => void (text += part) });
      equal(text, "one\ntwo\n");
      const slow = (then: string) => `: ${unique}; echo one; ${then}`;
      const late = await rejects(commands.run(slow("sleep 600"), { durable: true, timeoutMs: 200 }), "command_timeout");
      equal(late.partial?.stdout, "one\n");
      const stop = new AbortController();
      const own = new Error("stop");
      const stopped = commands.run(slow("sleep 600"), {
        durable: true,
        signal: stop.signal,
        onStdout: () => stop.abort(own),
      });
      equal(await rejection(stopped), own);
      const thrown = commands.run(slow("sleep 600"), {
        durable: true,
        onStdout() {
          throw own;
        },
      });
      equal(await rejection(thrown), own);
      await rejects(commands.run(slow("yes; sleep 600"), { durable: true, maxOutputBytes: 1_000 }), "output_limit");
      const left = (await jobs.list()).filter(({ command }) => command.includes(unique));
      equal(left, [], "jobs that are left");
    },
  },
];
