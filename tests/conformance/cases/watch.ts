import {
  type Filesystem,
  isSandboxError,
  type RuntimeClient,
  type WatchEvent,
  type WatchHandle,
  type WatchOptions,
} from "../../../mod.ts";
import type { Case, Kit } from "../case.ts";
import { check, CheckError, equal, rejection, rejects } from "../check.ts";

/** What never comes is not waited for any longer. */
const PATIENCE_MS = 60_000;

/** Names that shells, URLs and frames take for something else. */
const NAMES = [
  "new\nline",
  "a b",
  "*?[x]",
  '"it\'s"',
  "é e\u0301 漢字 🦀",
  "\u0001\u001b\u007f",
  "back\\slash",
  "x".repeat(255),
];

/** The same with both forms. */
function both(
  item: Omit<Case, "run"> & { run(sandbox: RuntimeClient, kit: Kit, form: WatchOptions): Promise<void> },
): Case[] {
  return [false, true].map((polling) => ({
    ...item,
    name: `${item.name} (${polling ? "polling" : "stream"})`,
    run: (sandbox, kit) => item.run(sandbox, kit, { polling, signal: AbortSignal.timeout(PATIENCE_MS) }),
  }));
}

/** The events up to one, as `type name`; equal ones in a row are one. */
async function upTo(watch: WatchHandle, last: string): Promise<string[]> {
  const seen: string[] = [];
  for await (const event of watch) {
    add(seen, event);
    if (seen.at(-1) === last) return seen;
  }
  throw new CheckError(`the watch ended after ${JSON.stringify(seen)}`);
}

function add(seen: string[], { type, name }: WatchEvent): void {
  const text = `${type} ${name}`;
  if (seen.at(-1) !== text) seen.push(text);
}

/** The events before the error that ends a watch, and that error. */
async function toTheEnd(watch: WatchHandle): Promise<[seen: string[], error: unknown]> {
  const seen: string[] = [];
  try {
    for await (const event of watch) add(seen, event);
  } catch (error) {
    return [seen, error];
  }
  throw new CheckError(`the watch ended without an error after ${JSON.stringify(seen)}`);
}

async function eachSeen(
  { files, own }: { files: Filesystem; own: Kit["own"] },
  dir: string,
  form: WatchOptions,
  names: readonly string[],
): Promise<void> {
  const watch = own(await files.watchDir(dir, form));
  for (const name of names) await files.writeText(`${dir}/${name}`, "");
  const missing = new Set(names);
  for await (const { type, name, path } of watch) {
    equal(path, `${dir}/${name}`, "path");
    if (type === "create") check(missing.delete(name), `${JSON.stringify(name)} is created once, and was written`);
    if (missing.size === 0) break;
  }
}

/** Watching a directory, by a stream and by asking again and again. */
export const watch: readonly Case[] = [
  ...both({
    name: "watch: what single actions are told as",
    source: "wire: fs-watch-proto",
    async run({ files, commands }, { dir, own }, form) {
      const watch = own(await files.watchDir(dir, form));
      const script = "echo 1 > a; echo 2 >> a; chmod 600 a; mv a b; mkdir d; echo 3 > d/unseen; rm b; rm -r d";
      await commands.run(["sh", "-c", script], { cwd: dir });
      const expected = "create a, write a, chmod a, rename a, create b, create d, remove b, remove d";
      equal((await upTo(watch, "remove d")).join(", "), expected);
    },
  }),
  ...both({
    name: "watch: it is armed when it resolves",
    source: "wire: fs-watch-upload",
    async run({ files }, { dir, own }, form) {
      for (let i = 0; i < 5; i++) {
        const watch = own(await files.watchDir(dir, form));
        await files.writeText(`${dir}/${i}`, "");
        equal((await upTo(watch, `create ${i}`))[0], `create ${i}`);
      }
    },
  }),
  ...both({
    name: "watch: recursive, with directories that come, move and go",
    source: "wire: fs-watch-recursive",
    async run({ files, commands }, { dir, own }, form) {
      await files.makeDir(`${dir}/sub`);
      const watch = own(await files.watchDir(dir, { ...form, recursive: true }));
      const events = watch[Symbol.asyncIterator]();
      const script = "echo 1 > sub/f; mkdir sub/new; read l; echo 2 > sub/new/g; mv sub/f top; mv sub/new moved; " +
        "echo 3 > moved/h; rm -r moved; rm top";
      const handle = await commands.start(["sh", "-c", script], { cwd: dir, stdin: true });
      const seen: string[] = [];
      while (seen.at(-1) !== "remove top") {
        const { done, value } = await events.next();
        if (done) throw new CheckError("the watch ended");
        add(seen, value);
        // Armed by now: before, a file in it may be told as created alone.
        if (seen.at(-1) === "create sub/new") await handle.sendStdin("\n");
      }
      await handle.wait();
      await watch.stop();
      const expected = ["create sub/f", "write sub/f", "create sub/new", "create sub/new/g", "write sub/new/g"]
        .concat("rename sub/f", "create top", "rename sub/new", "create moved", "create moved/h", "write moved/h");
      equal(seen.slice(0, expected.length), expected);
      // In which order a directory is emptied is its filesystem's affair.
      equal(
        seen.slice(expected.length).toSorted(),
        ["remove moved", "remove moved/g", "remove moved/h", "remove top"],
        "removed",
      );
    },
  }),
  ...both({
    name: "watch: directories made at one go are all told",
    source: "docs/protocol.md §5",
    async run({ files, commands }, { dir, own }, form) {
      const watch = own(await files.watchDir(dir, { ...form, recursive: true }));
      await commands.run(["sh", "-c", "mkdir -p x/y/z && echo 1 > x/y/z/f && echo 2 > last"], { cwd: dir });
      const seen = await upTo(watch, "create last");
      for (const name of ["x", "x/y", "x/y/z", "x/y/z/f"]) check(seen.includes(`create ${name}`), `${name} of ${seen}`);
    },
  }),
  ...both({
    name: "watch: what is below is told only where it is asked for",
    source: "wire: fs-watch-proto",
    async run({ files }, { dir, own }, form) {
      await files.makeDir(`${dir}/sub`);
      const watch = own(await files.watchDir(dir, form));
      await files.writeText(`${dir}/sub/unseen`, "");
      await files.writeText(`${dir}/seen`, "");
      equal(await upTo(watch, "create seen"), ["create seen"]);
    },
  }),
  ...both({
    name: "watch: names of every kind",
    source: "docs/protocol.md §5",
    async run({ files }, { dir, own }, form) {
      await eachSeen({ files, own }, dir, form, NAMES);
      await files.makeDir(`${dir}/in ${NAMES[0]}/ü`);
      await eachSeen({ files, own }, `${dir}/in ${NAMES[0]}/ü`, form, ["file"]);
    },
  }),
  ...both({
    name: "watch: a directory below the home, whose events have absolute paths",
    source: "docs/protocol.md §5",
    async run({ files }, { unique, own }, form) {
      try {
        await files.makeDir(unique);
        const { path } = await files.getInfo(unique);
        for (const where of [unique, `~/${unique}`, `${path}/`]) {
          const watch = own(await files.watchDir(where, form));
          await files.writeText(`${unique}/file`, "");
          for await (const event of watch) {
            equal([event.name, event.path], ["file", `${path}/file`]);
            break;
          }
        }
      } finally {
        await files.remove(unique);
      }
    },
  }),
  ...both({
    name: "watch: the watched directory is removed, or renamed",
    source: "docs/protocol.md §8 B17",
    async run({ files, commands }, { dir, own }, form) {
      for (const [script, last] of [["rm -r here", "remove ."], ["mv here there", "rename ."]]) {
        await files.writeText(`${dir}/here/file`, "");
        const watch = own(await files.watchDir(`${dir}/here`, form));
        await commands.run(["sh", "-c", script!], { cwd: dir });
        const [seen, error] = await toTheEnd(watch);
        if (!isSandboxError(error, "file_not_found")) throw error;
        equal([seen.at(-1), error.name], [last, "NotFoundError"]);
        await watch.stop();
      }
    },
  }),
  ...both({
    name: "watch: what is no directory, or not there",
    source: "wire: fs-watch-errors-json",
    async run({ files }, { dir }, form) {
      await files.writeText(`${dir}/file`, "");
      await rejects(files.watchDir(`${dir}/none`, form), "file_not_found");
      await rejects(files.watchDir(`${dir}/file`, form), "not_a_directory");
      await rejects(files.watchDir(`${dir}/file/below`, form), "not_a_directory");
      await rejects(files.watchDir("~nobody-here", form), "invalid_argument");
      await rejects(files.watchDir(dir, { ...form, user: "nobody-here" }), "unknown_user");
    },
  }),
  ...both({
    name: "watch: stop ends it, once and for all",
    source: "wire: fs-watcher-proto",
    async run({ files }, { dir, own }, form) {
      const watch = own(await files.watchDir(dir, form));
      const events = watch[Symbol.asyncIterator]();
      const next = events.next();
      await watch.stop();
      equal(await next, { done: true, value: undefined });
      equal(await events.next(), { done: true, value: undefined });
      await watch.stop();
      await watch[Symbol.asyncDispose]();
      let refused: unknown;
      try {
        watch[Symbol.asyncIterator]();
      } catch (error) {
        refused = error;
      }
      check(refused instanceof TypeError, "its events go to one reader");
    },
  }),
  ...both({
    name: "watch: an abort ends it with the caller's own reason",
    source: "wire: fs-watch-proto",
    async run({ files }, { dir, own }, { polling }) {
      const controller = new AbortController();
      const reason = new Error("seen enough");
      const watch = own(await files.watchDir(dir, { polling, signal: controller.signal }));
      const ended = toTheEnd(watch);
      controller.abort(reason);
      const [seen, error] = await ended;
      if (error !== reason) throw error;
      equal(seen, []);
      await watch.stop();
      check(await rejection(files.watchDir(dir, { polling, signal: controller.signal })) === reason, "before the call");
    },
  }),
  ...both({
    name: "watch: two of one directory, of which one is stopped",
    source: "docs/protocol.md §5",
    async run({ files }, { dir, own }, form) {
      const first = own(await files.watchDir(dir, form));
      const second = own(await files.watchDir(dir, form));
      await files.makeDir(`${dir}/one`);
      equal(await upTo(first, "create one"), ["create one"]);
      await files.makeDir(`${dir}/two`);
      const seen = await upTo(second, "create two");
      equal(seen.filter((event) => event.startsWith("create")), ["create one", "create two"]);
    },
  }),
];
