/** The helper, run by each shell that is here, with this program in the part of the daemon. */

import { assert, assertEquals } from "@std/assert";
import { TREE_SCRIPT } from "../../src/process/tree_script.ts";

/** Shells by what runs `-c <script>` in them. */
const SHELLS: readonly (readonly string[])[] = [["sh"], ["dash"], ["bash"], ["bash", "--posix"], ["busybox", "sh"]];

async function isThere([shell, ...args]: readonly string[]): Promise<boolean> {
  try {
    return (await new Deno.Command(shell!, { args: [...args, "-c", ":"] }).output()).success;
  } catch {
    return false;
  }
}

const HERE: (readonly string[])[] = [];
for (const shell of SHELLS) if (await isThere(shell)) HERE.push(shell);

/** Tells what the helper says of some targets. */
async function end(
  shell: readonly string[],
  hundredths: number,
  targets: readonly string[],
  script: string = TREE_SCRIPT,
): Promise<string[]> {
  const args = [...shell.slice(1), "-c", script, "sh", `${hundredths}`, ...targets];
  const { stdout, stderr, success } = await new Deno.Command(shell[0]!, { args }).output();
  assertEquals([new TextDecoder().decode(stderr), success], ["", true]);
  return new TextDecoder().decode(stdout).trimEnd().split("\n").sort();
}

/** A process of this program, and what it has printed when it is ready. */
async function start(args: string[], session: boolean = true) {
  const [command, ...rest] = session ? ["setsid", ...args] : args;
  const child = new Deno.Command(command!, { args: rest, stdout: "piped", stdin: "null" }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let words = "";
  while (!words.includes("ready")) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`it ended after ${JSON.stringify(words)}`);
    words += value;
  }
  return {
    pid: child.pid,
    /** Process ids that it has told. */
    told: words.split("\n").map(Number).filter((pid) => pid > 0),
    async ended() {
      const status = await child.status;
      await reader.cancel();
      return status;
    },
  };
}

/** Whether a process lives. */
function lives(pid: number): boolean {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    return !/^ [ZX]/.test(stat.slice(stat.lastIndexOf(")") + 1));
  } catch {
    return false;
  }
}

/** A shell with two children, one of them a grandchild, whose ids it tells. */
const FAMILY = "sleep 300 & echo $!; sh -c 'echo $$; sleep 300 & echo $!; echo ready; wait' & wait";

const linux = { ignore: Deno.build.os !== "linux" };

for (const shell of HERE) {
  const name = shell.join(" ");
  Deno.test({
    ...linux,
    name: `the helper ends trees with sessions and without, in ${name}`,
    async fn() {
      for (const session of [true, false]) {
        const [doomed, spared] = [
          await start(["sh", "-c", FAMILY], session),
          await start(["sh", "-c", FAMILY], session),
        ];
        try {
          assertEquals(doomed.told.length, 3);
          assertEquals(await end(shell, 200, [`${doomed.pid}`]), [`${doomed.pid} gone`]);
          assertEquals((await doomed.ended()).signal, "SIGTERM");
          assertEquals(doomed.told.filter(lives), [], "what is left");
          assertEquals(spared.told.filter(lives).length, 3, "what is not of the tree");
        } finally {
          await end(shell, 0, [`${spared.pid}`]);
          assertEquals((await spared.ended()).signal, "SIGKILL");
          assertEquals(spared.told.filter(lives), [], "killed at once");
        }
      }
    },
  });

  Deno.test({
    ...linux,
    name: `the helper kills what heeds no SIGTERM when its time is over, in ${name}`,
    async fn() {
      for (const session of [true, false]) {
        const deaf = await start(["sh", "-c", `trap '' TERM; ${FAMILY}`], session);
        const begun = performance.now();
        assertEquals(await end(shell, 30, [`${deaf.pid}`]), [`${deaf.pid} gone`]);
        assert(performance.now() - begun >= 290, "it had its time");
        assertEquals((await deaf.ended()).signal, "SIGKILL");
        assertEquals(deaf.told.filter(lives), []);
      }
    },
  });

  Deno.test({
    ...linux,
    name:
      `the helper leaves alone what is no child of the daemon, and what has the id of a process that ended, in ${name}`,
    async fn() {
      const family = await start(["sh", "-c", FAMILY]);
      const [child] = family.told;
      assertEquals(
        await end(shell, 200, ["1", `${Deno.pid}`, `${child}`, `e${family.pid}`, "999999", "e999999"]),
        ["1 none", `${Deno.pid} none`, `${child} none`, `${family.pid} none`, "999999 none", "999999 none"].sort(),
      );
      assert(lives(family.pid) && family.told.every(lives));
      await end(shell, 0, [`${family.pid}`]);
      await family.ended();
    },
  });

  Deno.test({
    ...linux,
    name: `the helper takes names of processes for nothing but names, in ${name}`,
    async fn() {
      const dir = await Deno.makeTempDir();
      try {
        // As in /proc/<pid>/stat, and two lines of it.
        for (const hostile of ["a) S 1 1 1 (", "x\n1 (y) S 0 0", "sp ace $(exit)", ") S 1;want=\n"]) {
          await Deno.symlink("/bin/sleep", `${dir}/${hostile}`);
          const script = `"$0" 300 & echo $!; echo ready; wait`;
          const family = await start(["sh", "-c", script, `${dir}/${hostile}`]);
          assertEquals(await end(shell, 200, [`${family.pid}`]), [`${family.pid} gone`], hostile);
          assertEquals([(await family.ended()).signal, family.told.filter(lives)], ["SIGTERM", []]);
        }
      } finally {
        await Deno.remove(dir, { recursive: true });
      }
    },
  });

  Deno.test({
    ...linux,
    name: `the helper finds children by ps where there is no /proc, in ${name}`,
    async fn() {
      const script = TREE_SCRIPT.replaceAll("/proc", "/no-such-directory");
      const family = await start(["sh", "-c", FAMILY], false);
      const [child] = family.told;
      assertEquals(await end(shell, 200, [`${child}`, "999999"], script), [`${child} none`, "999999 none"].sort());
      assertEquals(await end(shell, 200, [`${family.pid}`], script), [`${family.pid} gone`]);
      assertEquals([(await family.ended()).signal, family.told.filter(lives)], ["SIGTERM", []]);
    },
  });
}

Deno.test({
  ...linux,
  name: "the helper ends a session that was made in a tree, with what was orphaned there",
  async fn() {
    const script = "setsid sh -c '(sleep 300 & echo $!); echo $$; echo ready; sleep 300; :' & wait";
    for (const session of [true, false]) {
      const family = await start(["sh", "-c", script], session);
      assertEquals(family.told.map(lives), [true, true]);
      assertEquals(await end(["sh"], 200, [`${family.pid}`]), [`${family.pid} gone`]);
      assertEquals(family.told.filter(lives), []);
      await family.ended();
    }
  },
});

Deno.test({
  ...linux,
  name: "the helper signals nothing for process 0, which stands for its own group, and for sessions of elsewhere",
  async fn() {
    // Nothing is signalled here in any case: it would be half of the machine.
    const script = `kill() { echo kill "$@"; }\n${TREE_SCRIPT}`;
    assertEquals(await end(["sh"], 0, ["0", "e0", "f0"], script), ["0 none", "0 none", "0 none"]);
  },
});

Deno.test({
  ...linux,
  name: "the helper leaves alone what shares a session with a tree that has none of its own",
  async fn() {
    // As after a restart of the daemon, whose session was another.
    const both = await start(["sh", "-c", "sleep 300 & echo $!; sleep 300 & echo $!; echo ready; wait"]);
    const [doomed, spared] = both.told;
    try {
      assertEquals(await end(["sh"], 0, [`f${doomed}`]), [`${doomed} gone`]);
      assertEquals([doomed!, spared!, both.pid].map(lives), [false, true, true]);
    } finally {
      await end(["sh"], 0, [`${both.pid}`]);
      await both.ended();
    }
  },
});

Deno.test({
  ...linux,
  name: "the helper tells of each tree as soon as it is gone",
  async fn() {
    const deaf = await start(["sh", "-c", `trap '' TERM; ${FAMILY}`]);
    const quick = await start(["sh", "-c", FAMILY]);
    const args = ["-c", TREE_SCRIPT, "sh", "100", `${deaf.pid}`, `${quick.pid}`];
    const helper = new Deno.Command("sh", { args, stdout: "piped" }).spawn();
    const reader = helper.stdout.pipeThrough(new TextDecoderStream()).getReader();
    assertEquals((await reader.read()).value, `${quick.pid} gone\n`);
    assert(lives(deaf.pid), "the other one has its time");
    assertEquals((await reader.read()).value, `${deaf.pid} gone\n`);
    await reader.cancel();
    await Promise.all([helper.status, deaf.ended(), quick.ended()]);
  },
});

Deno.test({
  ...linux,
  name: "the helper ends as soon as all have ended",
  async fn() {
    const family = await start(["sh", "-c", FAMILY]);
    const begun = performance.now();
    await end(["sh"], 100_000, [`${family.pid}`]);
    assert(performance.now() - begun < 60_000, "it waits for no time");
    await family.ended();
  },
});
