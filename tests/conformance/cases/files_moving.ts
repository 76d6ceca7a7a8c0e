import type { Case } from "../case.ts";
import { check, equal, rejects } from "../check.ts";

/** Names that shells, URLs and headers take for something else. */
const HOSTILE = [
  "a b",
  " edges ",
  "new\nline",
  "carriage\rreturn",
  "tab\t",
  "100%",
  "%41%2F",
  "it's",
  '"double"',
  "#?&=+;",
  "back\\slash\\n",
  "$HOME `id` $(id)",
  "*?[x]",
  "-rf",
  "~",
  "..hidden",
  "a:b",
  "<tag>",
  "\u0001\u001b\u007f",
  "é e\u0301 漢字 🦀",
  "x".repeat(255),
];

/** Renaming, removing, and names of every kind. */
export const filesMoving: readonly Case[] = [
  {
    name: "rename: a file and a directory, with the entry at the destination",
    source: "wire: fs-move-proto",
    async run({ files }, { dir }) {
      await files.writeText(`${dir}/d/file`, "hello");
      const file = await files.rename(`${dir}/d/file`, `${dir}/d/moved`);
      equal([file.name, file.path, file.type, file.size], ["moved", `${dir}/d/moved`, "file", 5]);
      equal(await files.exists(`${dir}/d/file`), false);
      const directory = await files.rename(`${dir}/d`, `${dir}/e`);
      equal([directory.path, directory.type], [`${dir}/e`, "directory"]);
      equal(await files.readText(`${dir}/e/moved`), "hello");
    },
  },
  {
    name: "rename: missing parents of the destination are made",
    source: "docs/protocol.md §5",
    async run({ files }, { dir }) {
      await files.writeText(`${dir}/file`, "hello");
      await files.rename(`${dir}/file`, `${dir}/x/y/file`);
      equal(await files.readText(`${dir}/x/y/file`), "hello");
    },
  },
  {
    name: "rename: a file that is there is replaced",
    source: "wire: fs-move-over-file",
    async run({ files }, { dir }) {
      await files.writeText(`${dir}/new`, "new");
      await files.writeText(`${dir}/old`, "old");
      await files.rename(`${dir}/new`, `${dir}/old`);
      equal(await files.readText(`${dir}/old`), "new");
    },
  },
  {
    name: "rename: what is missing",
    source: "wire: fs-move-missing-json",
    async run({ files }, { dir }) {
      await rejects(files.rename(`${dir}/none`, `${dir}/other`), "file_not_found");
    },
  },
  {
    name: "rename: onto a directory, into itself, below a file",
    source: "wire: fs-move-onto-dir",
    async run({ files }, { dir }) {
      await files.writeText(`${dir}/file`, "");
      await files.writeText(`${dir}/full/file`, "");
      await files.makeDir(`${dir}/d`);
      await rejects(files.rename(`${dir}/file`, `${dir}/full`), "already_exists");
      await rejects(files.rename(`${dir}/d`, `${dir}/d/below`), "invalid_argument");
      await rejects(files.rename(`${dir}/d`, `${dir}/file/below`), "not_a_directory");
      equal(await files.exists(`${dir}/file`), true);
    },
  },
  {
    name: "remove: a file, a directory with all in it, and what is gone already",
    source: "wire: fs-remove-proto",
    async run({ files }, { dir }) {
      await files.writeText(`${dir}/d/e/file`, "");
      await files.writeText(`${dir}/file`, "");
      await files.remove(`${dir}/file`);
      await files.remove(`${dir}/d`);
      equal(await files.list(dir), []);
      equal(await files.remove(`${dir}/d`), undefined);
      equal(await files.remove(`${dir}/no/such/place`), undefined);
    },
  },
  {
    name: "remove: a link goes, what it points to stays",
    source: "docs/protocol.md §5",
    async run({ commands, files }, { dir }) {
      await files.writeText(`${dir}/real/file`, "safe");
      await commands.run(["ln", "-s", "real", `${dir}/link`]);
      await files.remove(`${dir}/link`);
      equal(await files.exists(`${dir}/link`), false);
      equal(await files.readText(`${dir}/real/file`), "safe");
    },
  },
  {
    name: "names: every kind, through every call",
    source: "wire: files-get-types",
    async run({ files }, { dir }) {
      for (const name of HOSTILE) {
        const path = `${dir}/${name}`;
        equal(await files.writeText(path, name), { name, path, type: "file" }, "write");
        equal(await files.readText(path), name, "read");
        equal(await files.exists(path), true, "exists");
        const info = await files.getInfo(path);
        equal([info.name, info.path], [name, path], "info");
        equal((await files.list(dir)).map((entry) => entry.name), [name], "list");
        equal((await files.rename(path, `${dir}/${name.slice(0, 200)}.`)).name, `${name.slice(0, 200)}.`, "rename");
        await files.remove(`${dir}/${name.slice(0, 200)}.`);
        equal(await files.makeDir(path), true, "make");
        equal(await files.list(path), [], "list it");
        await files.remove(path);
      }
      equal(await files.list(dir), []);
    },
  },
  {
    name: "names: several files of every kind in one call",
    source: "wire: files-post-several",
    async run({ files }, { dir }) {
      const entries = HOSTILE.map((name) => ({ path: `${dir}/${name}`, data: name }));
      const written = await files.writeFiles(entries);
      equal(written, HOSTILE.map((name) => ({ name, path: `${dir}/${name}`, type: "file" })));
      for (const { path, data } of entries) check(await files.readText(path) === data, JSON.stringify(path));
    },
  },
];
