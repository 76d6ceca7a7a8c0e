/** Copies to and from an image that has no tar. */

import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { Buffer } from "node:buffer";
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { UnsupportedError } from "../../../../mod.ts";
import { copyFrom } from "../../../../src/k8s/pods/copy/copy_from.ts";
import type { CopyProgress } from "../../../../src/k8s/pods/copy/copy_options.ts";
import { copyTo } from "../../../../src/k8s/pods/copy/copy_to.ts";
import { archive, type Made, output, streamOf } from "./archives.ts";
import { bytesOf, failureOf, test } from "./copy_tools.ts";
import { localPod } from "./local_pod.ts";

const NO_TAR = { programs: ["sh", "cat", "mkdir", "chmod", "touch", "wc", "stat"] };

test("without a tar, files and directories are written by cat", async ({ dir, pod }) => {
  const large = Buffer.alloc(700_000, "large");
  const bytes = archive(
    { name: "d/", type: "5", mode: 0o750 },
    { name: "d/-it's\n", data: "text", mode: 0o640, mtime: 1_000_000_000 },
    { name: "empty" },
    { name: "new/dir/large", data: large, mode: 0o755 },
  );
  const told: CopyProgress[] = [];
  const onProgress = (progress: CopyProgress) => told.push(progress);
  await copyTo(pod, { from: streamOf(bytes, 1000), to: `${dir}/-to` }, { onProgress });
  assertEquals(await readFile(`${dir}/-to/d/-it's\n`, "utf8"), "text");
  const { mode, mtimeMs } = await stat(`${dir}/-to/d/-it's\n`);
  assertEquals([mode & 0o7777, mtimeMs], [0o640, 1_000_000_000_000]);
  assertEquals((await stat(`${dir}/-to/d`)).mode & 0o7777, 0o750);
  assertEquals((await stat(`${dir}/-to/empty`)).size, 0);
  assert(large.equals(await readFile(`${dir}/-to/new/dir/large`)));
  assertEquals(told.at(-1), { bytes: 700_004, members: 4 });
}, NO_TAR);

test("without a tar, what is neither is refused, and nothing unsafe is written", async ({ dir, pod }) => {
  const copy = (...parts: readonly Made[]) => copyTo(pod, { from: streamOf(archive(...parts)), to: dir }, {});
  const link = await failureOf(copy({ name: "a" }, { name: "l", type: "2", link: "a" }));
  assertInstanceOf(link, UnsupportedError);
  assertEquals(
    link.message,
    `Cannot copy to "${dir}" in the pod "box": the image has no tar, and "l" is neither a file nor a directory`,
  );
  assert(link.hint!.includes("by cat") && link.hint!.endsWith("What stands in front of that was written"), link.hint);
  // What follows is the map of its pieces, and not what is in it.
  const record = "22 GNU.sparse.major=1\n";
  const sparse = await failureOf(copy({ name: "p", type: "x", data: record }, { name: "s", data: "1\n0\n1\n" }));
  assertEquals([sparse.code, sparse.message.includes('"s" is neither')], ["unsupported", true]);
  const name = await failureOf(copy({ name: new Uint8Array([0x66, 0xff]) }));
  assertEquals([name.code, name.message.includes("is no UTF-8")], ["unsupported", true]);
  assertEquals((await failureOf(copy({ name: "../x" }))).code, "invalid_argument");
  const cut = streamOf(archive({ name: "b", data: "x".repeat(600) }).slice(0, 700));
  assertEquals((await failureOf(copyTo(pod, { from: cut, to: dir }, {}))).code, "invalid_argument");
  assertEquals((await readdir(dir)).sort(), ["a", "b"]);
}, NO_TAR);

for (const programs of [NO_TAR.programs, ["sh", "cat", "wc"]]) {
  test(`without a tar, a file is read by cat (${programs.length} programs)`, async ({ dir, pod }) => {
    const content = Buffer.alloc(300_000, "content");
    const name = `-${"ä".repeat(70)} \n`;
    await writeFile(join(dir, name), content, { mode: 0o600 });
    const packed = await bytesOf(await copyFrom(pod, name, {}));
    await mkdir(`${dir}/back`);
    await output(["tar", "-xpf", "-"], packed, `${dir}/back`);
    assert(content.equals(await readFile(join(dir, "back", name))));
    const [before, after] = [await stat(join(dir, name)), await stat(join(dir, "back", name))];
    if (programs.includes("stat")) {
      assertEquals([after.mode, Math.floor(after.mtimeMs / 1000)], [before.mode, Math.floor(before.mtimeMs / 1000)]);
    }
    await writeFile(join(dir, "none"), "");
    await copyTo(localPod(dir), { from: await copyFrom(pod, `${dir}/none`, {}), to: `${dir}/back` }, {});
    assertEquals((await stat(`${dir}/back/none`)).size, 0);
    await (await copyFrom(pod, name, {})).cancel();
  }, { programs });
}

test("without a tar, a directory cannot be read", async ({ dir, pod }) => {
  const error = await failureOf(copyFrom(pod, dir, {}));
  assertInstanceOf(error, UnsupportedError);
  assertEquals(
    error.message,
    `Cannot copy "${dir}" from the pod "box": the image has no tar, and "${dir}" is no plain file`,
  );
  assertEquals((await failureOf(copyFrom(pod, `${dir}/none`, {}))).code, "file_not_found");
}, NO_TAR);

test("a file that changes while cat reads it is no success", async ({ dir, pod }) => {
  await writeFile(join(dir, "f"), "0123456789");
  const error = await failureOf(bytesOf(await copyFrom(pod, `${dir}/f`, {})));
  assertEquals(error.code, "internal");
  assert(error.message.endsWith("the file became longer or shorter while it was read"), error.message);
}, { programs: ["sh", "wc", "stat"], scripts: { cat: "printf 01234" } });
