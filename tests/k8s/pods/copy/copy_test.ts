/** Copies to and from a container with a tar: with real processes, and no server between. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { mkdir, readdir, readFile, readlink, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { copyFrom } from "../../../../src/k8s/pods/copy/copy_from.ts";
import type { CopyProgress } from "../../../../src/k8s/pods/copy/copy_options.ts";
import { copyTo } from "../../../../src/k8s/pods/copy/copy_to.ts";
import { archive, output, streamOf } from "./archives.ts";
import { bytesOf, failureOf, listing, test } from "./copy_tools.ts";

/** A tree with what is hard to copy. */
async function makeTree(dir: string): Promise<void> {
  const script = `mkdir -p tree/sub/deep tree/ro && cd tree
    printf hello >file; chmod 4755 file; ln -s ../file sub/link; ln file hard; mkfifo fifo; ln -s /etc/passwd outside
    for name in "quo'te\\"s" -dash '\\n' 'back\\slash' ' ' '*' '$(id)' "$(printf 'new\\nline')" "$(printf '\\377bytes')"; do
      printf x >"./$name"; done
    printf secret >ro/f; chmod 400 ro/f; touch -d '2001-02-03 04:05:06.789' file sub/deep; touch -h -d 2002-01-01 sub/link
    truncate -s 8M sparse; printf end >>sparse; head -c 3000000 /dev/urandom >random; touch -d 2003-01-01 sub .`;
  await output(["sh", "-c", script], undefined, dir);
}

test("a tree goes there and comes back as it was", async ({ dir, pod }) => {
  await makeTree(dir);
  const packed = await output(["tar", "-cSf", "-", "--format=pax", "tree"], undefined, dir);
  const names = new TextDecoder().decode(await output(["tar", "-tf", "-"], packed)).trim().split("\n");
  const told: CopyProgress[] = [];
  const options = { outsideLinks: true, onProgress: (progress: CopyProgress) => told.push(progress) };
  await copyTo(pod, { from: streamOf(packed), to: `${dir}/there/it is` }, options);
  assertEquals(await listing(`${dir}/there/it is/tree`), await listing(`${dir}/tree`));
  assertEquals(told.at(-1), { bytes: packed.byteLength, members: names.length });
  assert(told.every(({ bytes }, index) => index === 0 || bytes >= told[index - 1]!.bytes));

  const back = await bytesOf(await copyFrom(pod, `${dir}/there/it is/tree/`, {}));
  await mkdir(`${dir}/back`);
  await output(["tar", "-xpf", "-"], back, `${dir}/back`);
  assertEquals(await readdir(`${dir}/back`), ["tree"]);
  assertEquals(stampless(await listing(`${dir}/back/tree`)), stampless(await listing(`${dir}/tree`)));
});

/** GNU's own format has whole seconds. */
function stampless(text: string): string {
  return text.replaceAll(/(\|\d+)\.\d+\|/g, "$1|");
}

for (
  const name of ["-dash", "it's", 'say "x"', "new\nline", "back\\nslash", "back\\slash", " ", "*", "$(id)", "ä😀", "-"]
) {
  test(`a file called ${JSON.stringify(name)} goes both ways`, async ({ dir, pod }) => {
    await mkdir(`${dir}/${name}`);
    await writeFile(`${dir}/${name}/${name}`, "content");
    for (const path of [`${dir}/${name}/${name}`, `${name}/${name}`, `./${name}//${name}`]) {
      const packed = await bytesOf(await copyFrom(pod, path, {}));
      await copyTo(pod, { from: streamOf(packed, 100), to: name }, {});
      await copyTo(pod, { from: streamOf(packed), to: `${dir}/new/${name}` }, {});
      assertEquals(await readFile(`${dir}/new/${name}/${name}`, "utf8"), "content", path);
      await rm(`${dir}/new`, { recursive: true });
    }
  });
}

test("a directory's own content, where the path has no last name", async ({ dir, pod }) => {
  await writeFile(join(dir, "f"), "x");
  for (const path of [".", "./", `${dir}/.`, `${dir}/sub/..`]) {
    await mkdir(`${dir}/sub`, { recursive: true });
    const names = await output(["tar", "-tf", "-"], await bytesOf(await copyFrom(pod, path, {})));
    assertEquals(new TextDecoder().decode(names).split("\n").sort(), ["", "./", "./f", "./sub/"], path);
  }
});

test("links in what is packed stay links, and a link can itself be copied", async ({ dir, pod }) => {
  await symlink("/nowhere/at all", join(dir, "link"));
  const packed = await bytesOf(await copyFrom(pod, `${dir}/link`, {}));
  await copyTo(pod, { from: streamOf(packed), to: `${dir}/to` }, { outsideLinks: true });
  assertEquals(await readlink(`${dir}/to/link`), "/nowhere/at all");
  const refused = await failureOf(bytesOf(await copyFrom(pod, `${dir}/link`, { outsideLinks: false })));
  assertEquals(refused.code, "protocol");
});

test("holes stay holes where that is wanted", async ({ dir, pod }) => {
  await output(["sh", "-c", "truncate -s 64M back\\\\slash && printf end >>back\\\\slash"], undefined, dir);
  const packed = await bytesOf(await copyFrom(pod, "back\\slash", { sparse: true }));
  assert(packed.byteLength < 2 ** 20);
  await copyTo(pod, { from: streamOf(packed), to: "to" }, {});
  const { size, blocks } = await stat(`${dir}/to/back\\slash`);
  assertEquals(size, 64 * 2 ** 20 + 3);
  assert(blocks * 512 < 2 ** 20);
});

test("what cannot be used is told before anything happens", async ({ dir, pod }) => {
  // deno-lint-ignore no-explicit-any
  const any = (value: unknown) => value as any;
  for (const path of ["", undefined, 5, null]) {
    await assertRejects(() => copyFrom(pod, any(path), {}), TypeError);
    await assertRejects(() => copyTo(pod, { from: streamOf(archive()), to: any(path) }, {}), TypeError);
  }
  await assertRejects(() => copyFrom(pod, "a\0b", {}), RangeError);
  await assertRejects(() => copyTo(pod, { from: any("text"), to: dir }, {}), TypeError);
  const locked = streamOf(archive());
  locked.getReader();
  await assertRejects(() => copyTo(pod, { from: locked, to: dir }, {}), TypeError);
  await assertRejects(() => copyFrom(pod, dir, { onProgress: any("x") }), TypeError);
  await assertRejects(() => copyFrom(pod, dir, { outsideLinks: any("x") }), TypeError);
  await assertRejects(() => copyFrom(pod, dir, { timeoutMs: -1 }), RangeError);
  assertEquals(pod.commands, []);
});
