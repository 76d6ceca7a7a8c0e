import { assertEquals, assertMatch } from "@std/assert";
import { permissionString } from "../../src/local/filesystem/permissions.ts";
import { isRoot } from "../../src/local/filesystem/remove.ts";
import { type Box, startBox } from "./files_box.ts";

// What the recordings do not show of the Filesystem service: docs/protocol.md says what is right.

Deno.test("permissions are written as the daemon writes them", () => {
  const S_IFREG = 0o100000, S_IFDIR = 0o40000, S_IFLNK = 0o120000, S_IFIFO = 0o10000, S_IFCHR = 0o20000;
  assertEquals(permissionString(S_IFREG | 0o644), "-rw-r--r--");
  assertEquals(permissionString(S_IFREG | 0o4755), "urwxr-xr-x");
  assertEquals(permissionString(S_IFREG | 0o2750), "grwxr-x---");
  assertEquals(permissionString(S_IFDIR | 0o1777), "dtrwxrwxrwx");
  assertEquals(permissionString(S_IFLNK | 0o777), "Lrwxrwxrwx");
  assertEquals(permissionString(S_IFIFO | 0o600), "prw-------");
  assertEquals(permissionString(S_IFCHR | 0o666), "Dcrw-rw-rw-");
});

Deno.test("special files have no type, and modes only their nine bits", async () => {
  await using box = await startBox();
  await new Deno.Command("mkfifo", { args: ["-m", "600", `${box.home}/pipe`] }).output();
  await Deno.writeTextFile(`${box.home}/suid`, "");
  await Deno.chmod(`${box.home}/suid`, 0o4755);
  await Deno.symlink("pipe", `${box.home}/to-pipe`);
  assertEquals(pick(await entry(box, "pipe")), { type: undefined, mode: 0o600, permissions: "prw-------" });
  assertEquals(pick(await entry(box, "suid")), { type: "FILE_TYPE_FILE", mode: 0o755, permissions: "urwxr-xr-x" });
  assertEquals(pick(await entry(box, "to-pipe")), { type: undefined, mode: 0o600, permissions: "Lrwxrwxrwx" });
  assertEquals((await entry(box, "/dev/null")).permissions, "Dcrw-rw-rw-");
});

for (const umask of [0o077, 0o002]) {
  Deno.test(`what is made has the daemon's modes, under umask ${umask.toString(8)} too`, async () => {
    await using box = await startBox();
    const before = Deno.umask(umask);
    try {
      await box.call("MakeDir", { path: "a/b" });
      await box.put("c/file", "x");
    } finally {
      Deno.umask(before);
    }
    for (const path of ["a", "a/b", "c"]) assertEquals((await entry(box, path)).mode, 0o755, path);
    assertEquals((await entry(box, "c/file")).mode, 0o644);
    await Deno.chmod(`${box.home}/c/file`, 0o600);
    await box.put("c/file", "y");
    assertEquals((await entry(box, "c/file")).mode, 0o600);
  });
}

Deno.test("a time before 1970 counts its fraction forward", async () => {
  await using box = await startBox();
  await Deno.writeTextFile(`${box.home}/old`, "");
  await Deno.utime(`${box.home}/old`, -1.5, -1.5);
  assertEquals((await entry(box, "old")).modifiedTime, "1969-12-31T23:59:58.500Z");
});

Deno.test("a path with a NUL, and one that is too long, are the caller's mistakes told as errors", async () => {
  await using box = await startBox();
  assertMatch((await box.call("Stat", { path: "/a\0b" })).message, /invalid argument$/);
  assertMatch((await box.call("Stat", { path: "x".repeat(300) })).message, /file name too long$/);
});

Deno.test("names with every awkward character survive", async () => {
  await using box = await startBox();
  const names = ["new\nline", "100%", `"quoted"`, "a#b?c&d", "back\\slash", "🦊", " space "];
  for (const name of names) await box.call("MakeDir", { path: `${box.home}/${name}` });
  const { entries } = await box.call("ListDir", { path: box.home });
  // deno-lint-ignore no-explicit-any -- an answer in JSON
  assertEquals(entries.map(({ name }: any) => name).sort(), names.toSorted());
});

Deno.test("parents made for a move stay when it fails", async () => {
  await using box = await startBox();
  const answer = await box.call("Move", { source: "none", destination: "a/b/c" });
  assertEquals(answer.code, "not_found");
  assertEquals((await Deno.stat(`${box.home}/a/b`)).isDirectory, true);
  const below = await box.call("Move", { source: "a", destination: "file/x" });
  assertEquals(below.code, undefined, JSON.stringify(below));
  await Deno.writeTextFile(`${box.home}/file2`, "");
  assertEquals(await box.call("Move", { source: "file", destination: "file2/deep/x" }), {
    code: "internal",
    message: `path is a file: ${box.home}/file2`,
  });
});

Deno.test("a move to another file system is refused as the system refuses it", async () => {
  await using box = await startBox();
  await using other = await otherFileSystem(box.home);
  if (!other) return;
  await Deno.writeTextFile(`${box.home}/f`, "x");
  const answer = await box.call("Move", { source: "f", destination: `${other.path}/f` });
  assertEquals([answer.code, answer.message.split(": ").at(-1)], ["internal", "invalid cross-device link"]);
});

Deno.test("removing follows no symlink", async () => {
  await using box = await startBox();
  await Deno.mkdir(`${box.home}/dir`);
  await Deno.writeTextFile(`${box.home}/dir/f`, "");
  await Deno.symlink("dir", `${box.home}/link`);
  assertEquals(await box.call("Remove", { path: "link" }), {});
  assertEquals((await Deno.stat(`${box.home}/dir/f`)).isFile, true);
  assertEquals(await box.call("Remove", { path: "dir/f/below" }), {
    code: "internal",
    message: `error removing file or directory: unlinkat ${box.home}/dir/f/below: not a directory`,
  });
});

Deno.test("removing follows no symlink through a slash at the end of its path", async () => {
  await using box = await startBox();
  await Deno.mkdir(`${box.home}/dir`);
  await Deno.writeTextFile(`${box.home}/dir/f`, "");
  await Deno.symlink("dir", `${box.home}/link`);
  assertEquals(await box.call("Remove", { path: `${box.home}/link//` }), {});
  assertEquals([...Deno.readDirSync(box.home)].map(({ name }) => name), ["dir"]);
  assertEquals((await Deno.stat(`${box.home}/dir/f`)).isFile, true);
  assertEquals(await box.call("Remove", { path: `${box.home}/dir/` }), {});
  assertEquals([...Deno.readDirSync(box.home)], []);
});

Deno.test("removing . is refused before anything is removed", async () => {
  await using box = await startBox();
  await Deno.mkdir(`${box.home}/dir`);
  await Deno.writeTextFile(`${box.home}/dir/f`, "");
  for (const path of [`${box.home}/dir/.`, `${box.home}/dir/./`]) {
    const { code, message } = await box.call("Remove", { path });
    assertEquals(code, "internal");
    assertMatch(message, /^error removing file or directory: .*: invalid argument$/);
    assertEquals((await Deno.stat(`${box.home}/dir/f`)).isFile, true);
  }
});

Deno.test("the root is known however it is spelled, so that it is never removed", async () => {
  for (const path of ["/", "//", "/./", "/dev/.."]) assertEquals(await isRoot(path), true, path);
  assertEquals(await isRoot("/dev"), false);
});

Deno.test("a listing does not follow symlinks, not even into itself", async () => {
  await using box = await startBox();
  await Deno.mkdir(`${box.home}/dir/sub`, { recursive: true });
  await Deno.symlink("..", `${box.home}/dir/sub/up`);
  const { entries } = await box.call("ListDir", { path: "dir", depth: 20 });
  // deno-lint-ignore no-explicit-any -- an answer in JSON
  assertEquals(entries.map(({ path }: any) => path), [`${box.home}/dir/sub`, `${box.home}/dir/sub/up`]);
});

// deno-lint-ignore no-explicit-any -- an answer in JSON
type Answer = any;

function pick({ type, mode, permissions }: Answer): Answer {
  return { type, mode, permissions };
}

/** A directory on another file system than this, where there is one that can be written. */
async function otherFileSystem(home: string): Promise<(AsyncDisposable & { path: string }) | undefined> {
  const { dev } = await Deno.stat(home);
  for (const dir of ["/dev/shm", "/run"]) {
    const path = await Deno.makeTempDir({ dir }).catch(() => undefined);
    if (path === undefined) continue;
    if ((await Deno.stat(path)).dev !== dev) {
      return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
    }
    await Deno.remove(path);
  }
  return undefined;
}

async function entry(box: Box, path: string): Promise<Answer> {
  return (await box.call("Stat", { path })).entry;
}
