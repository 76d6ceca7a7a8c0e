import type { Case } from "../case.ts";
import { check, equal, rejects } from "../check.ts";

/** What is where: information, listings, directories. */
export const filesMetadata: readonly Case[] = [
  {
    name: "getInfo: a file",
    source: "wire: fs-stat-file-proto",
    async run({ commands, files }, { dir }) {
      await files.writeText(`${dir}/file.txt`, "hello");
      await commands.run(["chmod", "640", `${dir}/file.txt`]);
      await commands.run(["touch", "-d", "2024-05-06T07:08:09.5Z", `${dir}/file.txt`]);
      const info = await files.getInfo(`${dir}/file.txt`);
      equal([info.name, info.path, info.type, info.size], ["file.txt", `${dir}/file.txt`, "file", 5]);
      equal([info.mode, info.permissions], [0o640, "-rw-r-----"]);
      equal([info.isSymlink, info.symlinkTarget], [false, undefined]);
      equal(info.modifiedTime, new Date("2024-05-06T07:08:09.500Z"));
      equal(`${info.owner}:${info.group}\n`, (await commands.run(["stat", "-c", "%U:%G", `${dir}/file.txt`])).stdout);
    },
  },
  {
    name: "getInfo: a directory, and the root",
    source: "wire: fs-stat-dir-json",
    async run({ files }, { dir }) {
      const info = await files.getInfo(dir);
      equal([info.name, info.path, info.type, info.isSymlink], [
        dir.slice(dir.lastIndexOf("/") + 1),
        dir,
        "directory",
        false,
      ]);
      check(info.permissions.startsWith("drwx"), info.permissions);
      const root = await files.getInfo("/");
      equal([root.name, root.path, root.type], ["/", "/", "directory"]);
    },
  },
  {
    name: "getInfo: links show their target's type, and that they are links",
    source: "wire: fs-stat-symlink-proto",
    async run({ commands, files }, { dir }) {
      await files.writeText(`${dir}/file`, "hello");
      await commands.run("ln -s file one; ln -s one two; ln -s . self; ln -s none broken", { cwd: dir });
      for (const name of ["one", "two"]) {
        const info = await files.getInfo(`${dir}/${name}`);
        equal([info.type, info.isSymlink, info.symlinkTarget], ["file", true, `${dir}/file`], name);
        check(info.permissions.startsWith("L"), info.permissions);
      }
      const self = await files.getInfo(`${dir}/self`);
      equal([self.type, self.isSymlink, self.symlinkTarget], ["directory", true, dir]);
      const broken = await files.getInfo(`${dir}/broken`);
      equal([broken.type, broken.isSymlink], ["other", true]);
    },
  },
  {
    name: "getInfo: what is neither file nor directory",
    source: "docs/protocol.md §5",
    async run({ commands, files }, { dir }) {
      await commands.run(["mkfifo", `${dir}/fifo`]);
      const { type, permissions } = await files.getInfo(`${dir}/fifo`);
      equal([type, permissions[0]], ["other", "p"]);
    },
  },
  {
    name: "getInfo and exists: a missing path",
    source: "wire: fs-stat-missing-proto",
    async run({ files }, { dir }) {
      const error = await rejects(files.getInfo(`${dir}/none`), "file_not_found");
      equal([error.name, error.status, error.retryable], ["NotFoundError", 404, false]);
      equal(await files.exists(`${dir}/none`), false);
      equal(await files.exists(dir), true);
    },
  },
  {
    name: "getInfo: below a file",
    source: "docs/protocol.md §5",
    async run({ files }, { dir }) {
      await files.writeText(`${dir}/file`, "");
      await rejects(files.getInfo(`${dir}/file/below`), "not_a_directory");
    },
  },
  {
    name: "paths: ~ and what is relative start in the same home directory",
    source: "wire: fs-stat-paths",
    async run({ files }, { unique }) {
      const home = (await files.getInfo("~")).path;
      equal((await files.getInfo(".")).path, home);
      try {
        equal((await files.writeText(`home-${unique}`, "x")).path, `${home}/home-${unique}`);
        equal(await files.readText(`~/home-${unique}`), "x");
        equal((await files.list("~")).some(({ name }) => name === `home-${unique}`), true);
      } finally {
        await files.remove(`~/home-${unique}`);
      }
    },
  },
  {
    name: "paths: another account's ~ is refused",
    source: "wire: fs-stat-paths",
    async run({ files }) {
      await rejects(files.getInfo("~root/x"), "invalid_argument");
    },
  },
  {
    name: "user: an unknown account is refused",
    source: "wire: fs-user-json",
    async run({ files }, { dir }) {
      await rejects(files.getInfo(dir, { user: "nobody-here" }), "unknown_user");
      await rejects(files.list(dir, { user: "nobody-here" }), "unknown_user");
      await rejects(files.makeDir(`${dir}/d`, { user: "nobody-here" }), "unknown_user");
    },
  },
  {
    name: "list: in byte order, a directory's own entries unless told to go deeper",
    source: "wire: fs-listdir-depths-proto",
    async run({ commands, files }, { dir }) {
      await commands.run("mkdir -p b/inner B; touch a b/deep b/inner/x c; ln -s b link", { cwd: dir });
      const paths = async (depth?: number) =>
        (await files.list(dir, { depth })).map(({ path }) => path.slice(dir.length + 1));
      const flat = ["B", "a", "b", "c", "link"];
      equal(await paths(), flat);
      equal(await paths(1), flat);
      equal(await paths(2), ["B", "a", "b", "b/deep", "b/inner", "c", "link"]);
      equal(await paths(9), ["B", "a", "b", "b/deep", "b/inner", "b/inner/x", "c", "link"]);
      const entries = new Map((await files.list(dir)).map((entry) => [entry.name, entry]));
      equal([entries.get("a")?.type, entries.get("b")?.type], ["file", "directory"]);
      equal([entries.get("link")?.type, entries.get("link")?.isSymlink], ["directory", true]);
    },
  },
  {
    name: "list: special files are not left out",
    source: "docs/protocol.md §5",
    async run({ commands, files }, { dir }) {
      await commands.run("mkfifo fifo; ln -s none broken", { cwd: dir });
      equal((await files.list(dir)).map(({ name, type }) => `${name} ${type}`), ["broken other", "fifo other"]);
    },
  },
  {
    name: "list: an empty directory, and many entries",
    source: "wire: fs-listdir-empty-proto",
    async run({ commands, files }, { dir }) {
      equal(await files.list(dir), []);
      await commands.run("touch $(seq -f %04g 1000)", { cwd: dir });
      const names = (await files.list(dir)).map(({ name }) => name);
      equal([names.length, names[0], names[999]], [1000, "0001", "1000"]);
    },
  },
  {
    name: "list: what is missing, no directory, or a circle",
    source: "wire: fs-listdir-errors",
    async run({ commands, files }, { dir }) {
      await commands.run("touch file; ln -s none broken; ln -s circle circle", { cwd: dir });
      await rejects(files.list(`${dir}/none`), "file_not_found");
      await rejects(files.list(`${dir}/broken`), "file_not_found");
      await rejects(files.list(`${dir}/file`), "not_a_directory");
      await rejects(files.list(`${dir}/file/below`), "not_a_directory");
      await rejects(files.list(`${dir}/circle`), "invalid_argument");
    },
  },
  {
    name: "list: through a link the paths keep its name",
    source: "wire: fs-listdir-symlinked",
    async run({ commands, files }, { dir }) {
      await commands.run("mkdir real; touch real/x; ln -s real link", { cwd: dir });
      equal((await files.list(`${dir}/link`)).map(({ path }) => path), [`${dir}/link/x`]);
    },
  },
  {
    name: "makeDir: true for a new one with its parents, false for one that is there",
    source: "wire: fs-makedir-nested",
    async run({ commands, files }, { dir }) {
      equal(await files.makeDir(`${dir}/a/b/c`), true);
      // The rest is up to the daemon's umask.
      equal((await files.getInfo(`${dir}/a/b/c`)).mode & 0o700, 0o700);
      equal(await files.makeDir(`${dir}/a/b/c`), false);
      equal(await files.makeDir(`${dir}/a`), false);
      await commands.run(["ln", "-s", "a", `${dir}/link`]);
      equal(await files.makeDir(`${dir}/link`), false);
    },
  },
  {
    name: "makeDir: a file in the way",
    source: "wire: fs-makedir-in-the-way",
    async run({ files }, { dir }) {
      await files.writeText(`${dir}/file`, "");
      await rejects(files.makeDir(`${dir}/file`), "not_a_directory");
      await rejects(files.makeDir(`${dir}/file/below`), "not_a_directory");
    },
  },
];
