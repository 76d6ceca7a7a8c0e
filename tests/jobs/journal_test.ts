import { assert, assertEquals, assertRejects } from "@std/assert";
import { InvalidArgumentError, isSandboxError, NotFoundError, type RuntimeClient, SandboxError } from "../../mod.ts";
import { startBox, textOf } from "./tools.ts";

/** A directory with some of the machine's tools, and no others. */
async function toolbox(names: readonly string[]): Promise<AsyncDisposable & { readonly path: string }> {
  const directory = await Deno.makeTempDir({ prefix: "jobs-tools-" });
  for (const name of names) {
    for (const place of ["/bin", "/usr/bin"]) {
      if (await Deno.stat(`${place}/${name}`).catch(() => undefined) === undefined) continue;
      await Deno.symlink(`${place}/${name}`, `${directory}/${name}`);
      break;
    }
  }
  return { path: directory, [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }) };
}

const POSIX = [
  "cat",
  "date",
  "dd",
  "df",
  "env",
  "ls",
  "ln",
  "mkdir",
  "mv",
  "ps",
  "rm",
  "sh",
  "sleep",
  "tail",
  "tr",
  "wc",
];

/** What a process is, out of /proc. */
async function stat(
  pid: number,
): Promise<{ readonly state: string; readonly group: number; readonly session: number }> {
  const text = await Deno.readTextFile(`/proc/${pid}/stat`);
  const [state, , group, session] = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return { state: state!, group: Number(group), session: Number(session) };
}

async function runningPid(sandbox: RuntimeClient, id: string): Promise<number> {
  const status = await (await sandbox.jobs.get(id)).status();
  assert(status.state === "running", status.state);
  return status.pid;
}

Deno.test("a job leads a session and a group of its own, with its signals at their defaults", async () => {
  await using box = await startBox();
  const sandbox = box.client();
  const job = await sandbox.jobs.start(["sh", "-c", "grep SigIgn /proc/self/status; exec sleep 600"]);
  const pid = await runningPid(sandbox, job.id);
  const { group, session } = await stat(pid);
  assertEquals([group, session], [pid, pid]);
  const output = (await job.output({ follow: true })).getReader();
  const ignored = new TextDecoder().decode((await output.read()).value).split("\t")[1]!;
  assertEquals(BigInt(`0x${ignored.trim()}`) & 0b111n, 0n, "SIGHUP, SIGINT and SIGQUIT");
  await output.cancel();
  const runner = Number((await Deno.readTextFile(box.path(job.id, "runner"))).split(" ")[0]);
  assert((await stat(runner)).session === runner && runner !== pid);
});

Deno.test("without setsid a job runs too, and is ended", async () => {
  await using tools = await toolbox(POSIX);
  await using box = await startBox({ envs: { PATH: tools.path } });
  const sandbox = box.client();
  const job = await sandbox.jobs.start(["sh", "-c", "sleep 600 & echo $!; wait"]);
  const output = (await job.output({ follow: true })).getReader();
  const child = Number(new TextDecoder().decode((await output.read()).value));
  assert((await stat(child)).state !== "Z");
  assertEquals((await Deno.readTextFile(box.path(job.id, "pid"))).trim().split(" ")[3], "tree");
  assertEquals(await job.kill(), true);
  assertEquals((await output.read()).done, true);
  assertEquals(await job.status(), { state: "exited", exitCode: 143, signal: "SIGTERM" });
  assertEquals(await stat(child).then(({ state }) => state, () => "Z"), "Z", "the child lives");
  const limited = await sandbox.jobs.start(["sleep", "600"], { timeoutMs: 100 });
  assert(isSandboxError(await limited.wait().catch((error) => error), "command_timeout"));
});

Deno.test("a job of another account is found like one's own, and runs as that account", async () => {
  if (Deno.uid() !== 0) return;
  const homes = await Deno.makeTempDir({ prefix: "jobs-homes-" });
  await Deno.chmod(homes, 0o755);
  await Deno.mkdir(`${homes}/user`);
  await Deno.chown(`${homes}/user`, 12_345, 12_345);
  await using box = await startBox({ accounts: { user: { home: `${homes}/user`, uid: 12_345, gid: 12_345 } } });
  try {
    const { jobs } = box.client();
    const job = await jobs.start(["sh", "-c", "id -u; pwd; cat; exec sleep 600"], {
      user: "user",
      id: "theirs",
      stdin: "in",
    });
    assertEquals(await Deno.readLink(`${box.home}/.kruise/jobs/theirs`), `${homes}/user/.kruise/jobs/theirs`);
    const reader = (await job.output({ follow: true })).getReader();
    let text = "";
    while (!text.endsWith("in")) text += new TextDecoder().decode((await reader.read()).value);
    assertEquals(text, `12345\n${homes}/user\nin`);
    const again = await box.client({ user: "user" }).jobs.get("theirs");
    assertEquals((await again.status()).state, "running");
    assertEquals((await jobs.list()).map(({ id }) => id), ["theirs"]);
    for (const user of [undefined, "root"]) {
      const error = await assertRejects(() => jobs.start(["true"], { id: "theirs", user }), InvalidArgumentError);
      assertEquals(error.code, "already_exists");
    }
    await jobs.start(["true"], { id: "ours" });
    const error = await assertRejects(() => jobs.start(["true"], { id: "ours", user: "user" }), InvalidArgumentError);
    assertEquals(error.code, "already_exists");
    assertEquals(await again.kill(), true);
    await job.remove();
    assertEquals((await jobs.list()).map(({ id }) => id), ["ours"]);
    assertEquals([...Deno.readDirSync(`${homes}/user/.kruise/jobs`)], []);
    await jobs.start(["true"], { id: "theirs", user: "user" });
  } finally {
    await Deno.remove(homes, { recursive: true });
  }
});

Deno.test("a start that was cut off before it ran is lost, takes its id, and can be removed", async () => {
  await using box = await startBox();
  const { jobs } = box.client();
  await Deno.mkdir(`${box.home}/.kruise/jobs/half`, { recursive: true });
  await Deno.symlink("/no/such/home/.kruise/jobs/claimed", `${box.home}/.kruise/jobs/claimed`);
  for (const id of ["half", "claimed"]) {
    const job = await jobs.get(id);
    assertEquals(await job.status(), { state: "lost" });
    const error = await assertRejects(() => jobs.start(["true"], { id }), InvalidArgumentError);
    assertEquals(error.code, "already_exists");
    assertEquals((await jobs.list()).filter((info) => info.id === id).map(({ status }) => status), [{ state: "lost" }]);
    await job.remove();
    assertEquals((await (await jobs.start(["echo", "now"], { id })).wait()).stdout, "now\n");
  }
});

Deno.test("a process that has the pid by now is not the job, and is not killed", async () => {
  await using box = await startBox();
  const sandbox = box.client();
  const job = await sandbox.jobs.start(["sleep", "600"]);
  const pid = await runningPid(sandbox, job.id);
  const stranger = await sandbox.jobs.start(["sleep", "600"]);
  const strangerPid = await runningPid(sandbox, stranger.id);
  // As after a restart of the machine: the runner is gone, and the pid another's.
  const noted = await Deno.readTextFile(box.path(job.id, "pid"));
  const runner = await Deno.readTextFile(box.path(job.id, "runner"));
  const [, born, boot] = noted.split(" ");
  await Deno.writeTextFile(box.path(job.id, "runner"), runner.replace(boot!, "00000000-0000-0000-0000-000000000000"));
  for (
    const line of [
      `${strangerPid} ${born}0 ${boot} group`,
      `${strangerPid} ${born} ${boot} group`.replace(boot!, "00000000-0000-0000-0000-000000000000"),
      `1 ${born} ${boot} group`,
      "0 0 0 group",
      "-1 x y z",
      "",
      "\0\xff",
    ]
  ) {
    await Deno.writeTextFile(box.path(job.id, "pid"), line);
    assertEquals(await job.status(), { state: "lost" }, line);
    assertEquals(await job.kill(), false);
  }
  assertEquals((await stranger.status()).state, "running");
  const error = await job.wait().catch((error) => error);
  assert(isSandboxError(error, "disconnected"), String(error));
  await Deno.writeTextFile(box.path(job.id, "pid"), noted);
  assertEquals(await runningPid(sandbox, job.id), pid);
  assertEquals(await job.kill(), true);
});

Deno.test("a runner that is killed leaves its job running, then lost", async () => {
  await using box = await startBox();
  const sandbox = box.client();
  const job = await sandbox.jobs.start(["sleep", "600"]);
  const pid = await runningPid(sandbox, job.id);
  Deno.kill(Number((await Deno.readTextFile(box.path(job.id, "runner"))).split(" ")[0]), "SIGKILL");
  assertEquals(await job.status(), { state: "running", pid });
  const waiting = job.wait().catch((error) => error);
  assertEquals(await job.kill(), true);
  assertEquals(await job.status(), { state: "lost" });
  assert(isSandboxError(await waiting, "disconnected"));
});

Deno.test("a full disk is told at the start, and an exit code is noted on one", async () => {
  if (Deno.uid() !== 0) return;
  const disk = await Deno.makeTempDir({ prefix: "jobs-full-" });
  const mount = new Deno.Command("mount", { args: ["-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], stderr: "null" });
  if (!(await mount.output()).success) return await Deno.remove(disk);
  try {
    const home = `${disk}/home`;
    await Deno.mkdir(home);
    await using box = await startBox({ home });
    const { jobs } = box.client();
    const job = await jobs.start(["sh", "-c", `head -c 2000000 /dev/zero; echo $? >&2; exit 9`], { id: "fills" });
    assertEquals(await job.wait({ check: false, capture: false }).then(({ exitCode }) => exitCode), 9);
    assertEquals((await job.status()).state, "exited");
    const error = await assertRejects(() => jobs.start(["true"], { id: "more" }), SandboxError);
    assertEquals(error.code, "no_space");
    await assertRejects(() => jobs.get("more"), NotFoundError);
    await job.remove();
    await (await jobs.start(["true"], { id: "more" })).wait();
  } finally {
    await new Deno.Command("umount", { args: [disk] }).output();
    await Deno.remove(disk);
  }
});

Deno.test("input does not stay behind, nor the values of variables", async () => {
  await using box = await startBox();
  const { jobs } = box.client();
  const input = crypto.randomUUID();
  // Others may have input there as well.
  const left = () =>
    [...Deno.readDirSync("/tmp")].filter(({ name }) => name.startsWith(".sbx-stdin-")).filter(({ name }) => {
      try {
        return Deno.readTextFileSync(`/tmp/${name}`).includes(input);
      } catch {
        return false;
      }
    });
  const job = await jobs.start(["sh", "-c", "cat; sleep 600"], { stdin: input, envs: { SECRET: "s3cret-value" } });
  const reader = (await job.output({ follow: true })).getReader();
  assertEquals(new TextDecoder().decode((await reader.read()).value), input);
  await reader.cancel();
  const options = { id: job.id, stdin: `other ${input}`, envs: { SECRET: "s3cret-value" } };
  await jobs.start(["sh", "-c", "cat; sleep 600"], options);
  assertEquals(left(), []);
  for (const { name } of Deno.readDirSync(box.path(job.id, "."))) {
    assert(!(await Deno.readTextFile(box.path(job.id, name))).includes("s3cret"), name);
  }
  assertEquals((await Deno.stat(box.path(job.id, "."))).mode! & 0o777, 0o700);
});

Deno.test("no watchdog outlives its job", async () => {
  await using box = await startBox();
  const { jobs } = box.client();
  const seconds = `${1_000_000 + Math.floor(Math.random() * 1e9)}`;
  const job = await jobs.start(["echo", "done"], { timeoutMs: Number(seconds) * 1000 });
  await job.wait();
  const { stdout } = await new Deno.Command("ps", { args: ["-A", "-o", "stat=,args="] }).output();
  const left = new TextDecoder().decode(stdout).split("\n").filter((line) => line.includes(`sleep ${seconds}`));
  assertEquals(left.filter((line) => !line.startsWith("Z")), []);
});

Deno.test("output that an edited journal no longer has is not found", async () => {
  await using box = await startBox();
  const { jobs } = box.client();
  const job = await jobs.start(["echo", "hello"]);
  await job.wait();
  await Deno.remove(box.path(job.id, "stderr"));
  assertEquals(await textOf(await job.output()), "hello\n");
  await assertRejects(async () => await textOf(await job.output({ stream: "stderr" })), NotFoundError);
  await Deno.writeTextFile(box.path(job.id, "command"), "garbage");
  assertEquals((await jobs.list())[0]?.command, "");
});

Deno.test("another job that has the id by now is not taken for the one that was followed", async () => {
  await using box = await startBox();
  const { jobs } = box.client();
  const job = await jobs.start(["sleep", "600"], { id: "again" });
  const following = (await job.output({ follow: true })).getReader();
  const ends = Promise.all([
    assertRejects(() => following.read(), NotFoundError),
    assertRejects(() => job.wait(), NotFoundError),
  ]);
  const [journal, aside] = [box.path("again", "."), box.path("aside", ".")].map((path) => path.slice(0, -2));
  await Deno.rename(journal!, aside!);
  const other = await jobs.start(["sh", "-c", "echo other; sleep 600"], { id: "again" });
  await ends;
  for (const call of [() => job.status(), () => job.kill(), () => job.wait()]) await assertRejects(call, NotFoundError);
  await job.remove();
  assertEquals((await other.status()).state, "running");
  assertEquals(await (await jobs.get("aside")).kill(), true);
  // What waits beside the first must not note its end in the journal of the second.
  assertEquals(await (await jobs.get("aside")).status(), { state: "lost" });
  assertEquals((await other.status()).state, "running");
});
