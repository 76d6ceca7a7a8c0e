/** The scripts under every POSIX shell that this machine has, in place of its `/bin/sh`. */

import { assert, assertEquals } from "@std/assert";
import { type JobRecord, records, statusOf } from "../../src/jobs/record.ts";
import { KILL, REMOVE } from "../../src/jobs/scripts/end_scripts.ts";
import { LOOK } from "../../src/jobs/scripts/look_script.ts";
import { LAUNCH, RUN } from "../../src/jobs/scripts/run_scripts.ts";
import { START } from "../../src/jobs/scripts/start_script.ts";
import { TREE_SCRIPT } from "../../src/process/tree_script.ts";

const SHELLS = ["dash", "bash", "busybox", "mksh", "yash", "zsh"];

/** Where a shell is. */
function find(name: string): string | undefined {
  return ["/bin", "/usr/bin"].map((place) => `${place}/${name}`).find((path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  });
}

for (const name of SHELLS) {
  const path = find(name);
  Deno.test({ name: `the scripts of jobs under ${name}`, ignore: path === undefined }, async () => {
    const home = await Deno.makeTempDir({ prefix: "jobs-shell-" });
    try {
      // By this name some of them become POSIX's.
      await Deno.symlink(path!, `${home}/sh`);
      await tryOut(`${home}/sh`, home);
    } finally {
      await Deno.remove(home, { recursive: true });
    }
  });
}

async function tryOut(shell: string, home: string): Promise<void> {
  const under = (script: string) => script.replaceAll("/bin/sh", shell);

  async function run(script: string, ...args: string[]): Promise<Uint8Array> {
    const command = new Deno.Command(shell, { args: ["-c", under(script), "sh", ...args], cwd: home });
    const { stdout, stderr, code } = await command.output();
    assertEquals(code, 0, new TextDecoder().decode(stderr));
    return stdout;
  }

  async function start(id: string, limit: string, ...command: string[]): Promise<JobRecord> {
    const asked = JSON.stringify({ command, user: "root", envs: "" });
    const scripts = [under(LAUNCH), under(RUN), TREE_SCRIPT];
    const nonce = crypto.randomUUID();
    const args = [`${home}/.kruise/jobs`, id, nonce, "", limit, "", ...scripts, "1", asked, ...command];
    const answer = await run(START, ...args);
    assertEquals(new TextDecoder().decode(answer.subarray(0, 4)), "new\n");
    return records(answer.subarray(4))![0]!;
  }

  const look = async (id: string, tenths = 100) => records(await run(LOOK, `${tenths}`, "", "", id))![0]!;
  const word = async (script: string, ...args: string[]) => new TextDecoder().decode(await run(script, ...args)).trim();

  const quick = await start("quick", "600", "sh", "-c", "echo out; echo err >&2; exit 7");
  assertEquals(statusOf(await look("quick")), { state: "exited", exitCode: 7 });
  assertEquals(await Deno.readTextFile(`${quick.dir}/stdout`), "out\n");
  assertEquals((await look("quick", 0)).stderr, 4);

  const long = await start("long", "", "sh", "-c", "sleep 600 & sleep 600");
  assertEquals(long.state, "running");
  assert(/^\d+ \d+ \S+ group$/.test(long.pid), long.pid);
  assertEquals(await word(REMOVE, "long", long.started), "running");
  assertEquals(await word(KILL, "long", "another start", "200", TREE_SCRIPT), "gone");
  assertEquals(await word(KILL, "long", long.started, "200", TREE_SCRIPT), "killed");
  assertEquals(statusOf(await look("long")), { state: "exited", exitCode: 143, signal: "SIGTERM" });
  assertEquals(await word(KILL, "long", long.started, "200", TREE_SCRIPT), "ended");

  await start("late", "0.2", "sh", "-c", "sleep 600; echo never");
  assertEquals(statusOf(await look("late")), { state: "exited", exitCode: 143, signal: "SIGTERM", timedOut: true });

  assertEquals(await word(REMOVE, "long", long.started), "removed");
  assertEquals(await word(REMOVE, "long", long.started), "gone");
  assertEquals(records(await run(LOOK, "0", "", ""))!.map(({ id }) => id), ["late", "quick"]);

  // One that is removed while it is looked at: here by the reader of its last file.
  const removing = `cat() { case $2 in late/*) rm -rf late ;; esac; command cat "$@"; }\n${LOOK}`;
  assertEquals(records(await run(removing, "0", "", ""))?.map(({ id }) => id), ["quick"]);
}
