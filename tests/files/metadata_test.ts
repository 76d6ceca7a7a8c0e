import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { assertEquals, assertFalse, assertRejects } from "@std/assert";
import {
  FileType,
  ListDirRequestSchema,
  ListDirResponseSchema,
  MakeDirResponseSchema,
  MoveResponseSchema,
  RemoveResponseSchema,
} from "../../gen/filesystem/filesystem_pb.ts";
import { InvalidArgumentError, NotFoundError, SandboxError } from "../../mod.ts";
import { fakeFiles, httpError, rpcAnswer, rpcError, statHome } from "./tools.ts";

Deno.test("Filesystem.list() asks for one level and translates every entry", async () => {
  const { files, sent } = fakeFiles(() =>
    rpcAnswer(toBinary(
      ListDirResponseSchema,
      create(ListDirResponseSchema, {
        entries: [
          {
            name: "f",
            path: "/d/f",
            type: FileType.FILE,
            size: 5n,
            mode: 0o600,
            permissions: "-rw-------",
            owner: "user",
            group: "users",
            modifiedTime: { seconds: 1_600_000_000n, nanos: 500_000_000 },
          },
          { name: "l", path: "/d/l", type: FileType.DIRECTORY, permissions: "Lrwxrwxrwx", symlinkTarget: "/e" },
          { name: "p", path: "/d/p", permissions: "prw-r--r--" },
        ],
      }),
    ))
  );
  const [file, link, pipe] = await files.list("/d");
  assertEquals(file, {
    name: "f",
    path: "/d/f",
    type: "file",
    isSymlink: false,
    size: 5,
    mode: 0o600,
    permissions: "-rw-------",
    owner: "user",
    group: "users",
    modifiedTime: new Date(1_600_000_000_500),
  });
  assertEquals([link!.type, link!.isSymlink, link!.symlinkTarget], ["directory", true, "/e"]);
  assertEquals([pipe!.type, pipe!.isSymlink, pipe!.modifiedTime, pipe!.size], ["other", false, undefined, 0]);
  const request = fromBinary(ListDirRequestSchema, sent[0]!.body as Uint8Array);
  assertEquals([request.path, request.depth], ["/d", 1]);
  assertEquals(sent[0]!.headers.get("authorization"), `Basic ${btoa("user:")}`);
});

Deno.test("Filesystem.list(): a size below nothing is a broken protocol, one of a sparse file is nearly right", async () => {
  const listing = (size: bigint) =>
    rpcAnswer(toBinary(ListDirResponseSchema, create(ListDirResponseSchema, { entries: [{ name: "f", size }] })));
  for (const size of [BigInt(Number.MAX_SAFE_INTEGER), 2n ** 60n, 2n ** 63n - 1n]) {
    assertEquals((await fakeFiles(() => listing(size)).files.list("/d"))[0]!.size, Number(size));
  }
  for (const size of [-1n, -(2n ** 63n)]) {
    const error = await assertRejects(
      () => fakeFiles(() => listing(size)).files.list("/d"),
      SandboxError,
      String(size),
    );
    assertEquals(error.code, "protocol");
    assertEquals(error.message, `Cannot list directory "/d": the answer has a size of ${size} bytes`);
  }
});

Deno.test("Filesystem.list(): a time that no Date can be is left out", async () => {
  const listing = (seconds: bigint) =>
    rpcAnswer(toBinary(
      ListDirResponseSchema,
      create(ListDirResponseSchema, { entries: [{ name: "f", modifiedTime: { seconds, nanos: 1_500_000 } }] }),
    ));
  const timeOf = async (seconds: bigint) => (await fakeFiles(() => listing(seconds)).files.list("/d"))[0]!;
  assertEquals((await timeOf(-1n)).modifiedTime, new Date(-998));
  for (const seconds of [8_640_000_000_001n, -(2n ** 63n)]) assertFalse("modifiedTime" in await timeOf(seconds));
});

Deno.test("Filesystem.list() refuses a depth that is no number of levels", async () => {
  const { files, sent } = fakeFiles(statHome);
  for (const depth of [0, -1, 1.5, NaN, Infinity, 2 ** 32]) {
    await assertRejects(() => files.list("/", { depth }), RangeError, "depth");
  }
  assertEquals(sent.length, 0);
});

Deno.test("Filesystem refuses paths that cannot be, and says which", async () => {
  const { files, sent } = fakeFiles(statHome);
  await assertRejects(() => files.getInfo("a\0b"), TypeError, "NUL");
  await assertRejects(() => files.read("a\ud800"), TypeError, "surrogate");
  await assertRejects(() => files.rename("a", "b\0"), TypeError, "as to");
  await assertRejects(() => files.write(undefined as unknown as string, ""), TypeError, "undefined");
  assertEquals(sent.length, 0);
});

Deno.test("Filesystem.exists() is false for what is missing and below a file, and rejects otherwise", async () => {
  const answers: [Response, boolean][] = [
    [statHome(), true],
    [rpcError(404, "not_found", "file not found: lstat /x: no such file or directory"), false],
    [rpcError(500, "internal", "error getting file info: lstat /f/x: not a directory"), false],
  ];
  for (const [answer, expected] of answers) {
    assertEquals(await fakeFiles(() => answer).files.exists("/x"), expected);
  }
  const { files } = fakeFiles(() => httpError(401, "unauthorized access"));
  assertEquals((await assertRejects(() => files.exists("/x"), SandboxError)).code, "unauthenticated");
});

Deno.test("Filesystem.makeDir() tells a directory that is there from other things in the way", async () => {
  const made = () => rpcAnswer(toBinary(MakeDirResponseSchema, create(MakeDirResponseSchema)));
  assertEquals(await fakeFiles(made).files.makeDir("/d"), true);
  const there = () => rpcError(409, "already_exists", "directory already exists: /d");
  assertFalse(await fakeFiles(there).files.makeDir("/d"));
  const file = () => rpcError(400, "invalid_argument", "path already exists but it is not a directory: /d");
  const error = await assertRejects(() => fakeFiles(file).files.makeDir("/d"), InvalidArgumentError);
  assertEquals(error.code, "not_a_directory");
  // As 0.2.10 says it of a link that leads nowhere.
  const link = () => rpcError(500, "internal", "failed to create directory: mkdir /d: file exists");
  const inTheWay = await assertRejects(() => fakeFiles(link).files.makeDir("/d"), InvalidArgumentError);
  assertEquals(inTheWay.code, "already_exists");
});

Deno.test("Filesystem.rename() answers the entry, and names both paths when it fails", async () => {
  const { files } = fakeFiles(() =>
    rpcAnswer(toBinary(MoveResponseSchema, create(MoveResponseSchema, { entry: { name: "b", path: "/b" } })))
  );
  assertEquals((await files.rename("/a", "/b")).path, "/b");
  const { files: taken } = fakeFiles(() => rpcError(500, "internal", "error renaming: rename /a /b: file exists"));
  const error = await assertRejects(() => taken.rename("/a", "/b"), InvalidArgumentError, 'rename "/a" to "/b"');
  assertEquals(error.code, "already_exists");
});

Deno.test("Filesystem.getInfo() rejects an answer without an entry", async () => {
  const { files } = fakeFiles(() => rpcAnswer(new Uint8Array()));
  assertEquals((await assertRejects(() => files.getInfo("/x"), SandboxError)).code, "protocol");
});

Deno.test("Filesystem learns its account from the first answer of any call, and asks that again", async () => {
  const accounts: (string | null)[] = [];
  const { files } = fakeFiles(({ headers }) => {
    accounts.push(atob(headers.get("authorization")!.slice("Basic ".length)));
    if (accounts.length === 1) return rpcError(401, "unauthenticated", "invalid username: 'node'");
    return rpcAnswer(toBinary(RemoveResponseSchema, create(RemoveResponseSchema)));
  }, { user: undefined });
  await files.remove("/x");
  await files.remove("/x");
  await files.remove("/x", { user: "other" });
  assertEquals(accounts, ["node:", "root:", "root:", "other:"]);
});

Deno.test("Filesystem.getInfo() of a missing file is a NotFoundError with the whole story", async () => {
  const { files } = fakeFiles(() => rpcError(404, "not_found", "file not found: lstat /x: no such file or directory"));
  const error = await assertRejects(() => files.getInfo("/x"), NotFoundError, 'Cannot get info of "/x"');
  assertEquals([error.code, error.status], ["file_not_found", 404]);
});
