import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ConnectError } from "@connectrpc/connect";
import { EventType } from "../../gen/filesystem/filesystem_pb.ts";
import { Inotify, type KernelEvent, type KernelListener, MASK } from "../../src/local/filesystem/watch_inotify.ts";
import { WatchQueue } from "../../src/local/filesystem/watch_queue.ts";
import { type Kernel, type TreeEvent, WatchTree } from "../../src/local/filesystem/watch_tree.ts";

const NAMES = new Map<number, string>(Object.entries(EventType).map(([name, type]) => [type, name]));
const OPEN = new AbortController().signal;

/** What a tree told, as `CREATE name`, equal ones in a row once; and what it failed with. */
class Told {
  readonly seen: string[] = [];
  failure: string | undefined;
  #wake: () => void = () => {};

  event({ type, name }: TreeEvent): void {
    const text = `${NAMES.get(type as number)} ${name}`;
    if (this.seen.at(-1) !== text) this.seen.push(text);
    this.#wake();
  }

  failed(words: string): void {
    this.failure = words;
  }

  /** Waits for an event, and takes all up to now. */
  async until(text: string): Promise<string[]> {
    while (!this.seen.includes(text)) await new Promise<void>((resolve) => this.#wake = resolve);
    return this.seen.splice(0);
  }
}

/** A directory of its own, watched with all below it. */
async function watched(
  prepare: string,
  run: (told: Told, sh: (script: string) => Promise<void>) => Promise<void>,
): Promise<void> {
  const dir = await Deno.makeTempDir();
  const sh = async (script: string) => {
    const { success } = await new Deno.Command("sh", { args: ["-ec", script], cwd: `${dir}/in` }).output();
    assertEquals(success, true, script);
  };
  await Deno.mkdir(`${dir}/in`);
  await sh(prepare);
  const told = new Told();
  const tree = await WatchTree.open(`${dir}/in`, true, await Inotify.load(), told, OPEN);
  try {
    await run(told, sh);
    assertEquals(told.failure, undefined);
  } finally {
    tree.close();
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("WatchTree follows a directory that moves, with all below it", async () => {
  await watched("mkdir -p a/b/c other", async (told, sh) => {
    await sh("mv a other/z");
    assertEquals(await told.until("CREATE other/z"), ["RENAME a", "CREATE other/z"]);
    await sh(": > other/z/b/c/f");
    assertEquals(await told.until("CREATE other/z/b/c/f"), ["CREATE other/z/b/c/f"]);
    // One of the same beginning is another one.
    await sh("mkdir other/zz && mv other/z a");
    await told.until("CREATE a");
    await sh(": > a/b/f; : > other/zz/f");
    assertEquals(await told.until("CREATE other/zz/f"), ["CREATE a/b/f", "CREATE other/zz/f"]);
  });
});

Deno.test("WatchTree takes in what moves in, and tells what is in it", async () => {
  await watched("mkdir -p ../out/x/y; : > ../out/x/y/f", async (told, sh) => {
    await sh("mv ../out here");
    const seen = await told.until("CREATE here/x/y/f");
    assertEquals(seen, ["CREATE here", "CREATE here/x", "CREATE here/x/y", "CREATE here/x/y/f"]);
    await sh("echo 1 >> here/x/y/f");
    assertEquals(await told.until("WRITE here/x/y/f"), ["WRITE here/x/y/f"]);
  });
});

Deno.test("WatchTree tells what moves out and in again, and what is replaced", async () => {
  await watched("mkdir -p a/b empty", async (told, sh) => {
    await sh("mv a ../gone");
    assertEquals(await told.until("RENAME a"), ["RENAME a"]);
    await sh("mv ../gone back");
    assertEquals(await told.until("CREATE back/b"), ["CREATE back", "CREATE back/b"]);
    await sh("mv -T back empty");
    await sh(": > empty/b/f");
    // That the replaced one lost its links is a CHMOD.
    const seen = (await told.until("CREATE empty/b/f")).filter((text) => text !== "CHMOD empty");
    assertEquals(seen, ["RENAME back", "CREATE empty", "CREATE empty/b/f"]);
  });
});

Deno.test("WatchTree does not follow links, nor what is no directory", async () => {
  await watched("mkdir -p ../out real; ln -s ../out link; ln -s none broken; mkfifo pipe", async (told, sh) => {
    await sh(": > ../out/unseen; ln -s ../out new; : > new/unseen; : > real/seen");
    assertEquals(await told.until("CREATE real/seen"), ["CREATE new", "CREATE real/seen"]);
  });
});

/** A kernel that has so many watches, and whose events a test makes up. */
class FakeKernel implements Kernel {
  readonly paths: string[] = [];
  readonly #limit: number;
  #listener: KernelListener = () => {};

  constructor(limit: number) {
    this.#limit = limit;
  }

  watch(path: string, listener: KernelListener): number {
    if (this.paths.length >= this.#limit) throw Object.assign(new Error("ENOSPC"), { code: "ENOSPC" });
    this.#listener = listener;
    return this.paths.push(path);
  }

  unwatch(descriptor: number): void {
    delete this.paths[descriptor - 1];
  }

  tell(event: Partial<KernelEvent>): void {
    this.#listener({ descriptor: 1, mask: 0, cookie: 0, name: "", ...event });
  }

  get isFree(): boolean {
    return Object.keys(this.paths).length === 0;
  }
}

Deno.test("WatchTree lets go of what it has where the kernel has no more", async () => {
  const dir = await Deno.makeTempDir();
  for (const name of ["a", "b"]) await Deno.mkdir(`${dir}/${name}`);
  const kernel = new FakeKernel(2);
  await assertRejects(() => WatchTree.open(dir, true, kernel, new Told(), OPEN), Error, "ENOSPC");
  assertEquals([kernel.paths.length, kernel.isFree], [2, true]);
  const aborted = new FakeKernel(10);
  await assertRejects(() => WatchTree.open(dir, true, aborted, new Told(), AbortSignal.abort(new Error("left"))));
  assertEquals([aborted.paths.length, aborted.isFree], [1, true]);
  await Deno.remove(dir, { recursive: true });
});

Deno.test("WatchTree fails when the kernel's queue ran over, or a new directory cannot be watched", async () => {
  const dir = await Deno.makeTempDir();
  for (
    const [event, words] of [
      [{ descriptor: -1, mask: MASK.overflow }, "fsnotify: queue or buffer overflow"],
      [{ mask: MASK.create | MASK.isDir, name: "a" }, "no space left on device"],
    ] as const
  ) {
    const kernel = new FakeKernel(1);
    const told = new Told();
    await WatchTree.open(dir, true, kernel, told, OPEN);
    kernel.tell(event);
    assertEquals([told.failure, kernel.isFree], [words, true]);
    const before = told.seen.length;
    kernel.tell({ mask: MASK.create, name: "b" });
    assertEquals(told.seen.length, before);
  }
  await Deno.remove(dir, { recursive: true });
});

Deno.test("WatchQueue tells what it holds, and then that it was too much", async () => {
  const queue = new WatchQueue(3);
  for (const name of ["a", "b", "c", "d", "e"]) queue.event({ name, type: EventType.CREATE });
  const seen: (string | undefined)[] = [];
  await assertRejects(
    async () => {
      for await (const event of queue.read(60_000)) seen.push(event?.name);
    },
    ConnectError,
    "watcher error: fsnotify: queue or buffer overflow",
  );
  assertEquals(seen, ["a", "b", "c"]);
  for (let i = 0; i < 2; i++) assertThrows(() => queue.drain(), ConnectError, "overflow");
});
