import { assertEquals, assertRejects } from "@std/assert";
import { stub } from "@std/testing/mock";
import { RuntimeClient, UnsupportedError, type WatchEvent } from "../../mod.ts";
import { Inotify, MASK } from "../../src/local/filesystem/watch_inotify.ts";
import { startLocalRuntime } from "../../src/local/mod.ts";

Deno.test("nothing is left of a watch that has ended", async () => {
  const program = new URL("./watch_program.ts", import.meta.url).pathname;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-lock", program],
    stderr: "inherit",
  }).output();
  const none = { instances: 0, watches: 0 };
  // Two watches of one directory are one of the kernel's.
  const form = { two: 3, one: 3, none: 0, aborted: 0, removed: 0 };
  const expected = Object.fromEntries(
    ["stream", "polling"].flatMap((name) =>
      Object.entries(form).map(([state, watches]) => [`${name}: ${state}`, watches ? { instances: 1, watches } : none])
    ),
  );
  assertEquals(JSON.parse(new TextDecoder().decode(stdout)), {
    results: {
      ...expected,
      "bare fetch": { instances: 1, watches: 1 },
      "bare fetch aborted": none,
      "before close": { instances: 1, watches: 2 },
      "closed": none,
    },
    ended: ["disconnected", "disconnected"],
  });
});

Deno.test("a tree of 10,000 directories is watched, to the last of them", async () => {
  await using runtime = await startLocalRuntime();
  const { files, commands } = new RuntimeClient(runtime.clientOptions());
  await commands.run("mkdir ~/tree && cd ~/tree && for i in $(seq 0 99); do mkdir -p $(seq -f $i/%.f 0 99); done");
  const { stdout } = await commands.run("cd ~/tree && find . -type d | wc -l");
  assertEquals(Number(stdout), 10_101);
  for (const polling of [false, true]) {
    await using watch = await files.watchDir("tree", { recursive: true, polling });
    const names = ["0/0/first", "57/3/middle", "99/99/last"].map((name) => name + polling);
    for (const name of names) await files.writeText(`tree/${name}`, "");
    const seen: WatchEvent[] = [];
    for await (const event of watch) {
      if (event.type === "create") seen.push(event);
      if (seen.length === names.length) break;
    }
    assertEquals(seen.map(({ name }) => name), names);
  }
});

Deno.test("where there is no inotify, watching is unsupported in both forms", async () => {
  using _ = stub(Inotify, "load", () => Promise.reject(new Error("no such function")));
  await using runtime = await startLocalRuntime();
  const { files } = new RuntimeClient(runtime.clientOptions());
  for (const polling of [false, true]) {
    await assertRejects(() => files.watchDir("/tmp", { polling }), UnsupportedError, "cannot be watched here: no such");
  }
});

Deno.test("many watches of one directory each tell what happened since they were armed", async () => {
  await using runtime = await startLocalRuntime();
  const { files } = new RuntimeClient(runtime.clientOptions());
  await files.makeDir("w");
  const COUNT = 20;
  const watches = [];
  for (let i = 0; i < COUNT; i++) {
    watches.push(await files.watchDir("w", { polling: i % 2 === 0 }));
    await files.makeDir(`w/${i}`);
  }
  const seen = await Promise.all(watches.map(async (watch) => {
    const names: string[] = [];
    for await (const { name } of watch) {
      names.push(name);
      if (name === `${COUNT - 1}`) break;
    }
    return names;
  }));
  const all = Array.from({ length: COUNT }, (_, i) => `${i}`);
  // A directory that is made is also given permissions and an owner.
  assertEquals(seen.map((names) => [...new Set(names)]), all.map((_, i) => all.slice(i)));
});

Deno.test("a watch may begin at the moment in which another one learns of its end", async () => {
  const dir = await Deno.makeTempDir();
  const kernel = await Inotify.load();
  for (const name of ["a", "b"]) await Deno.mkdir(`${dir}/${name}`);
  const first = kernel.watch(`${dir}/a`, function listener({ mask }) {
    if (mask & MASK.deleteSelf) kernel.unwatch(first, listener);
  });
  await Deno.remove(`${dir}/a`);
  const told: string[] = [];
  const listener = ({ name }: { name: string }) => void told.push(name);
  // The kernel is asked before: then nothing is watched, and its instance is closed.
  const second = kernel.watch(`${dir}/b`, listener);
  await Deno.writeTextFile(`${dir}/b/file`, "");
  while (told.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  kernel.unwatch(second, listener);
  assertEquals(told[0], "file");
  await Deno.remove(dir, { recursive: true });
});
